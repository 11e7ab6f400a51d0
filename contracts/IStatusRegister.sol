// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IOrganizationRegistry} from "./IOrganizationRegistry.sol";

/// @title The exceptions among issued certificates
/// @notice Only exceptions are written: a certificate that is suspended, revoked or superseded. The absence of an entry
/// means "no exception", never "valid": whether a certificate was issued at all is for its own signed statement and
/// receipt to show. Suspension and supersession can be taken back by changing to NONE; revocation is terminal.
/// Authority belongs to the issuer: an account acts for it while the registry permits it to issue for that organization.
interface IStatusRegister {
    /// @notice One change within a batch.
    struct Change {
        /// SHA-256 of the certificate's identifier, without its check character, 32 bytes
        bytes32 key;
        /// New state: 0 NONE, 1 SUSPENDED, 2 REVOKED, 3 SUPERSEDED
        uint8 state;
        /// Reason code of the issuer; 0 says that none is given
        uint16 reason;
    }

    /// @notice The state of a certificate changed.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    /// @param key SHA-256 of the certificate's identifier, without its check character, 32 bytes
    /// @param state State after the change: 0 NONE, 1 SUSPENDED, 2 REVOKED, 3 SUPERSEDED
    /// @param version Number of this change to this certificate, counted from 1 without a gap
    /// @param reason Reason code of the issuer
    event StatusChanged(bytes32 indexed issuer, bytes32 indexed key, uint8 state, uint32 version, uint16 reason);

    /// @notice A register stands under a registry.
    /// @param registry The address given, where no contract is
    error RegistryMissing(address registry);

    /// @notice A batch needs at least one change.
    error ChangesMissing();

    /// @notice There is no state of this number.
    /// @param state The number given
    error StateUnknown(uint8 state);

    /// @notice The certificate already has this state for this reason; a repeat changes nothing.
    /// @param key The certificate
    /// @param state The state it has
    error NothingToChange(bytes32 key, uint8 state);

    /// @notice A revoked certificate stays revoked.
    /// @param key The certificate
    error AlreadyRevoked(bytes32 key);

    /// @notice Change the state of one certificate.
    /// @dev Reverts with StateUnknown, NothingToChange or AlreadyRevoked, and with PausedNow or NotPermitted of the registry.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    /// @param key SHA-256 of the certificate's identifier, without its check character, 32 bytes
    /// @param state New state: 0 NONE, 1 SUSPENDED, 2 REVOKED, 3 SUPERSEDED
    /// @param reason Reason code of the issuer; 0 says that none is given
    function change(bytes32 issuer, bytes32 key, uint8 state, uint16 reason) external;

    /// @notice Change the states of several certificates of one issuer: all of them, or none if one is refused.
    /// @dev Reverts with ChangesMissing and as `change` does.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    /// @param changes The changes in the order in which they take effect, at least one
    function changeBatch(bytes32 issuer, Change[] calldata changes) external;

    /// @notice The exception of one certificate.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    /// @param key SHA-256 of the certificate's identifier, without its check character, 32 bytes
    /// @return state 0 NONE, 1 SUSPENDED, 2 REVOKED, 3 SUPERSEDED
    /// @return version Changes made to this certificate so far; 0 when there never was an exception
    /// @return reason Reason code of the last change
    /// @return time Block time of the last change, seconds since 1970-01-01 UTC; 0 when there was none
    function exception(bytes32 issuer, bytes32 key)
        external
        view
        returns (uint8 state, uint32 version, uint16 reason, uint64 time);

    /// @notice The registry that says who acts for an issuer, fixed when the register was deployed.
    function registry() external view returns (IOrganizationRegistry);
}
