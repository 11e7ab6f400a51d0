// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Administered} from "./Administered.sol";
import {IOrganizationRegistry} from "./IOrganizationRegistry.sol";

/// @title The registry of IOrganizationRegistry, with one storage slot a key
contract OrganizationRegistry is Administered, IOrganizationRegistry {
    uint8 private constant WITNESS = 4;
    uint8 private constant ALL_ROLES = 15;
    uint8 private constant ACCOUNT_ROLES = 7;

    /// One storage slot a key.
    struct Key {
        uint8 roles;
        uint64 validFrom;
        uint64 validUntil;
        uint64 compromisedAt;
    }

    uint8 private _quorum;
    mapping(bytes32 organization => mapping(bytes32 key => Key)) private _keys;
    mapping(bytes32 key => bytes32 organization) private _firstHolders;

    /// @param founding Who governs, and the first keys
    constructor(Founding memory founding)
        Administered(founding.administrators, founding.threshold, founding.delay, founding.guardian)
    {
        _setQuorum(founding.quorum);
        for (uint256 i = 0; i < founding.grants.length; i++) {
            _grant(founding.grants[i]);
        }
    }

    /// @inheritdoc IOrganizationRegistry
    function grant(Grant calldata granted) external byProposal {
        bool backdated = granted.validFrom != 0 && granted.validFrom < block.timestamp;
        require(!backdated, WindowWrong(granted.validFrom, granted.validUntil));
        _grant(granted);
    }

    /// @inheritdoc IOrganizationRegistry
    function revoke(bytes32 organization, bytes32 key) external byProposal {
        Key storage found = _known(organization, key);
        uint64 until = found.validUntil;
        require(until == 0 || block.timestamp < until, KeyEnded(organization, key));
        found.validUntil = uint64(block.timestamp);
        emit KeyRevoked(organization, key, uint64(block.timestamp));
    }

    /// @inheritdoc IOrganizationRegistry
    function markCompromised(bytes32 organization, bytes32 key, uint64 since) external byProposal {
        Key storage found = _known(organization, key);
        uint64 before = found.compromisedAt;
        bool earlier = before == 0 || since < before;
        require(since != 0 && since <= block.timestamp && earlier, CompromiseDateWrong(since));
        found.compromisedAt = since;
        emit KeyCompromised(organization, key, since);
    }

    /// @inheritdoc IOrganizationRegistry
    function setQuorum(uint8 quorum_) external byProposal {
        _setQuorum(quorum_);
    }

    /// @inheritdoc IOrganizationRegistry
    function permits(bytes32 organization, bytes32 key, uint8 role, uint64 time) external view returns (bool) {
        return _permits(organization, key, role, time);
    }

    /// @inheritdoc IOrganizationRegistry
    function requirePermitted(bytes32 organization, bytes32 key, uint8 role) external view returns (uint8) {
        require(!_paused, PausedNow());
        require(_permits(organization, key, role, block.timestamp), NotPermitted(organization, key, role));
        return _quorum;
    }

    /// @inheritdoc IOrganizationRegistry
    function keyOf(bytes32 organization, bytes32 key) external view returns (uint8, uint64, uint64, uint64) {
        Key memory found = _keys[organization][key];
        return (found.roles, found.validFrom, found.validUntil, found.compromisedAt);
    }

    /// @inheritdoc IOrganizationRegistry
    function quorum() external view returns (uint8) {
        return _quorum;
    }

    function _grant(Grant memory granted) private {
        (bytes32 organization, bytes32 key, uint8 roles) = (granted.organization, granted.key, granted.roles);
        require(organization != 0, OrganizationMissing());
        require(key != 0, KeyMissing());
        require(roles != 0 && roles <= ALL_ROLES, RolesUnknown(roles));
        require(roles & ACCOUNT_ROLES == 0 || uint256(key) >> 160 == 0, KeyNotAnAccount(key));
        require(_keys[organization][key].roles == 0, KeyGrantedBefore(organization, key));
        uint64 from = granted.validFrom == 0 ? uint64(block.timestamp) : granted.validFrom;
        uint64 until = granted.validUntil;
        require(until == 0 || from < until, WindowWrong(granted.validFrom, until));
        _hold(organization, key, roles);
        _keys[organization][key] = Key(roles, from, until, 0);
        emit KeyGranted(organization, key, roles, from, until);
    }

    /// A witness's key is that of its first and only holder; other keys may have several.
    function _hold(bytes32 organization, bytes32 key, uint8 roles) private {
        bytes32 first = _firstHolders[key];
        if (first == 0) {
            _firstHolders[key] = organization;
            return;
        }
        bool witnesses = (roles | _keys[first][key].roles) & WITNESS != 0;
        require(!witnesses, KeyOfAnother(key, first));
    }

    function _setQuorum(uint8 quorum_) private {
        _quorum = quorum_;
        emit QuorumChanged(quorum_);
    }

    function _permits(bytes32 organization, bytes32 key, uint8 role, uint256 time) private view returns (bool) {
        Key memory found = _keys[organization][key];
        bool granted = role != 0 && found.roles & role == role;
        bool within = found.validFrom <= time && (found.validUntil == 0 || time < found.validUntil);
        return granted && within && (found.compromisedAt == 0 || time < found.compromisedAt);
    }

    function _known(bytes32 organization, bytes32 key) private view returns (Key storage found) {
        found = _keys[organization][key];
        require(found.roles != 0, KeyUnknown(organization, key));
    }

    function _isGoverning(bytes4 selector) internal view override returns (bool) {
        return selector == this.grant.selector || selector == this.revoke.selector
            || selector == this.markCompromised.selector || selector == this.setQuorum.selector
            || super._isGoverning(selector);
    }
}
