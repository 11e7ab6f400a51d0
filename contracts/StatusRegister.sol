// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IOrganizationRegistry} from "./IOrganizationRegistry.sol";
import {IStatusRegister} from "./IStatusRegister.sol";

/// @title The register of IStatusRegister, with one storage slot a certificate
contract StatusRegister is IStatusRegister {
    /// The role of IOrganizationRegistry that changes states.
    uint8 private constant ISSUER = 2;

    uint8 private constant REVOKED = 2;
    uint8 private constant SUPERSEDED = 3;

    /// One storage slot a certificate.
    struct Exception {
        uint8 state;
        uint32 version;
        uint16 reason;
        uint64 time;
    }

    /// @inheritdoc IStatusRegister
    IOrganizationRegistry public immutable registry;

    mapping(bytes32 issuer => mapping(bytes32 key => Exception)) private _exceptions;

    /// @param registry_ The registry that says who acts for an issuer
    constructor(IOrganizationRegistry registry_) {
        require(address(registry_).code.length != 0, RegistryMissing(address(registry_)));
        registry = registry_;
    }

    modifier onlyFor(bytes32 issuer) {
        registry.requirePermitted(issuer, bytes32(uint256(uint160(msg.sender))), ISSUER);
        _;
    }

    /// @inheritdoc IStatusRegister
    function change(bytes32 issuer, bytes32 key, uint8 state, uint16 reason) external onlyFor(issuer) {
        _change(issuer, key, state, reason);
    }

    /// @inheritdoc IStatusRegister
    function changeBatch(bytes32 issuer, Change[] calldata changes) external onlyFor(issuer) {
        require(changes.length != 0, ChangesMissing());
        for (uint256 i = 0; i < changes.length; i++) {
            _change(issuer, changes[i].key, changes[i].state, changes[i].reason);
        }
    }

    /// @inheritdoc IStatusRegister
    function exception(bytes32 issuer, bytes32 key) external view returns (uint8, uint32, uint16, uint64) {
        Exception memory found = _exceptions[issuer][key];
        return (found.state, found.version, found.reason, found.time);
    }

    function _change(bytes32 issuer, bytes32 key, uint8 state, uint16 reason) private {
        require(state <= SUPERSEDED, StateUnknown(state));
        Exception memory before = _exceptions[issuer][key];
        require(before.state != REVOKED, AlreadyRevoked(key));
        require(before.state != state || before.reason != reason, NothingToChange(key, state));
        uint32 version = before.version + 1;
        _exceptions[issuer][key] = Exception(state, version, reason, uint64(block.timestamp));
        emit StatusChanged(issuer, key, state, version, reason);
    }
}
