// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IStatusRegister} from "./IStatusRegister.sol";

/// @title The register of IStatusRegister, with one storage slot a certificate
contract StatusRegister is IStatusRegister {
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
    address public immutable administrator;

    mapping(bytes32 issuer => address account) private _accounts;
    mapping(bytes32 issuer => mapping(bytes32 key => Exception)) private _exceptions;

    /// @param administrator_ The account that appoints the issuers' accounts
    constructor(address administrator_) {
        require(administrator_ != address(0), AdministratorMissing());
        administrator = administrator_;
    }

    modifier onlyAppointed(bytes32 issuer) {
        require(msg.sender == _accounts[issuer], NotAppointed(issuer, msg.sender));
        _;
    }

    /// @inheritdoc IStatusRegister
    function appoint(bytes32 issuer, address account) external {
        require(msg.sender == administrator, NotAdministrator(msg.sender));
        _accounts[issuer] = account;
        emit AccountAppointed(issuer, account);
    }

    /// @inheritdoc IStatusRegister
    function change(bytes32 issuer, bytes32 key, uint8 state, uint16 reason) external onlyAppointed(issuer) {
        _change(issuer, key, state, reason);
    }

    /// @inheritdoc IStatusRegister
    function changeBatch(bytes32 issuer, Change[] calldata changes) external onlyAppointed(issuer) {
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

    /// @inheritdoc IStatusRegister
    function accountOf(bytes32 issuer) external view returns (address) {
        return _accounts[issuer];
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
