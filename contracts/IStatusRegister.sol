// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The exceptions among issued certificates
/// @notice Only exceptions are written: a certificate that is suspended, revoked or superseded. The absence of an entry
/// means "no exception", never "valid": whether a certificate was issued at all is for its own signed statement and
/// receipt to show. Suspension and supersession can be taken back by changing to NONE; revocation is terminal.
/// Authority belongs to the issuer; the account that acts for it is appointed and can be replaced.
interface IStatusRegister {
    /// @notice One change within a batch.
    struct Change {
        /// SHA-256 of the certificate's identifier, without version and check digits, 32 bytes
        bytes32 key;
        /// New state: 0 NONE, 1 SUSPENDED, 2 REVOKED, 3 SUPERSEDED
        uint8 state;
        /// Reason code of the issuer; 0 says that none is given
        uint16 reason;
    }

    /// @notice An account was appointed to act for an issuer.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    /// @param account The account; zero when the issuer has none any more
    event AccountAppointed(bytes32 indexed issuer, address indexed account);

    /// @notice The state of a certificate changed.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    /// @param key SHA-256 of the certificate's identifier, without version and check digits, 32 bytes
    /// @param state State after the change: 0 NONE, 1 SUSPENDED, 2 REVOKED, 3 SUPERSEDED
    /// @param version Number of this change to this certificate, counted from 1 without a gap
    /// @param reason Reason code of the issuer
    event StatusChanged(bytes32 indexed issuer, bytes32 indexed key, uint8 state, uint32 version, uint16 reason);

    /// @notice Only the administrator appoints accounts.
    /// @param caller The account that tried
    error NotAdministrator(address caller);

    /// @notice The administrator of a new register cannot be the zero address.
    error AdministratorMissing();

    /// @notice Only the account appointed for an issuer changes the state of its certificates.
    /// @param issuer The issuer in whose name the change was tried
    /// @param caller The account that tried
    error NotAppointed(bytes32 issuer, address caller);

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

    /// @notice Appoint the account that acts for an issuer, in place of any other.
    /// @dev Reverts with NotAdministrator.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    /// @param account The account; zero leaves the issuer without one
    function appoint(bytes32 issuer, address account) external;

    /// @notice Change the state of one certificate.
    /// @dev Reverts with NotAppointed, StateUnknown, NothingToChange or AlreadyRevoked.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    /// @param key SHA-256 of the certificate's identifier, without version and check digits, 32 bytes
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
    /// @param key SHA-256 of the certificate's identifier, without version and check digits, 32 bytes
    /// @return state 0 NONE, 1 SUSPENDED, 2 REVOKED, 3 SUPERSEDED
    /// @return version Changes made to this certificate so far; 0 when there never was an exception
    /// @return reason Reason code of the last change
    /// @return time Block time of the last change, seconds since 1970-01-01 UTC; 0 when there was none
    function exception(bytes32 issuer, bytes32 key)
        external
        view
        returns (uint8 state, uint32 version, uint16 reason, uint64 time);

    /// @notice The account that acts for an issuer, zero if none.
    /// @param issuer SHA-256 of the issuer's unified social credit code in UTF-8, 32 bytes
    function accountOf(bytes32 issuer) external view returns (address);

    /// @notice The only account that appoints others, fixed when the register was deployed.
    function administrator() external view returns (address);
}
