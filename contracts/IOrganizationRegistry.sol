// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAdministered} from "./IAdministered.sol";

/// @title The organizations, the keys that act for them, and who may change that
/// @notice Authority belongs to an organization; a key acts for it within a window of time, in the roles it was granted.
/// An organization is the SHA-256 of its unified social credit code in UTF-8. A key is a chain account, left-padded to
/// 32 bytes, or the SHA-256 of a statement key's SubjectPublicKeyInfo. Roles are a bit mask:
///
///     1 SUBMITTER  may grow the log, and do nothing else
///     2 ISSUER     may change the status of its own organization's certificates
///     4 WITNESS    may countersign checkpoints
///     8 SPEAKER    signs statements outside the chain; here its window can be looked up
///
/// A key is granted to an organization once and never again: what was permitted in the past is not rewritten. It ends by
/// revocation, from then on, or by a mark that it was compromised at a moment T: acts before T stand, none at T or after.
///
/// All times are seconds since 1970-01-01 UTC, compared with the time of the block.
interface IOrganizationRegistry is IAdministered {
    /// @notice A key that acts for an organization from the first block on.
    struct Grant {
        /// SHA-256 of the organization's unified social credit code, 32 bytes
        bytes32 organization;
        /// The key, 32 bytes
        bytes32 key;
        /// Bit mask of roles, 1 to 15
        uint8 roles;
        /// First second in which it acts; 0: from the time of this block on
        uint64 validFrom;
        /// First second in which it no longer acts; 0: open
        uint64 validUntil;
    }

    /// @notice Who governs a registry from its first block on.
    struct Founding {
        /// The administrators, at most 32, each once
        address[] administrators;
        /// How many of them must approve a proposal, at least 1
        uint32 threshold;
        /// Seconds between the last approval needed and the execution, at most 30 days
        uint64 delay;
        /// The only account that can pause
        address guardian;
        /// Organizations that must countersign a growth of a log, 0 for none
        uint8 quorum;
        /// The first keys
        Grant[] grants;
    }

    /// @notice A key was granted to an organization.
    event KeyGranted(
        bytes32 indexed organization, bytes32 indexed key, uint8 roles, uint64 validFrom, uint64 validUntil
    );

    /// @notice A key no longer acts for an organization from `validUntil` on.
    event KeyRevoked(bytes32 indexed organization, bytes32 indexed key, uint64 validUntil);

    /// @notice A key counts as compromised from `since` on.
    event KeyCompromised(bytes32 indexed organization, bytes32 indexed key, uint64 since);

    /// @notice The number of organizations that must countersign changed.
    event QuorumChanged(uint8 quorum);

    /// @notice The key does not act for the organization in this role now.
    /// @param organization The organization
    /// @param key The key
    /// @param role The role that was asked for
    error NotPermitted(bytes32 organization, bytes32 key, uint8 role);

    /// @notice An organization is not 32 zero bytes.
    error OrganizationMissing();

    /// @notice A key is not 32 zero bytes.
    error KeyMissing();

    /// @notice Only a chain account, left-padded to 32 bytes, can submit, issue or countersign.
    /// @param key The key given
    error KeyNotAnAccount(bytes32 key);

    /// @notice Roles are a bit mask from 1 to 15.
    /// @param roles The number given
    error RolesUnknown(uint8 roles);

    /// @notice A key is granted to an organization once; grant another key.
    error KeyGrantedBefore(bytes32 organization, bytes32 key);

    /// @notice A witness's key acts for one organization alone, or one key could stand for two of a quorum.
    /// @param key The key
    /// @param organization The organization that it acts for
    error KeyOfAnother(bytes32 key, bytes32 organization);

    /// @notice The organization never had this key.
    error KeyUnknown(bytes32 organization, bytes32 key);

    /// @notice The key has ended already.
    error KeyEnded(bytes32 organization, bytes32 key);

    /// @notice A window begins no earlier than now and ends after it began.
    error WindowWrong(uint64 validFrom, uint64 validUntil);

    /// @notice A compromise is dated in the past or now, and an earlier date is never moved to a later one.
    /// @param since The time given
    error CompromiseDateWrong(uint64 since);

    /// @notice Let a key act for an organization; by proposal alone.
    /// @dev Reverts with OrganizationMissing, KeyMissing, RolesUnknown, KeyNotAnAccount, KeyGrantedBefore, KeyOfAnother or
    /// WindowWrong.
    /// @param granted The key, its roles and its window, which begins no earlier than now
    function grant(Grant calldata granted) external;

    /// @notice End a key now; by proposal alone.
    /// @dev Reverts with KeyUnknown or KeyEnded.
    function revoke(bytes32 organization, bytes32 key) external;

    /// @notice Say that a key is compromised since a moment; by proposal alone.
    /// @dev Reverts with KeyUnknown or CompromiseDateWrong. What it did on chain after that moment stays there: `permits`
    /// says of it that it was not permitted.
    /// @param organization The organization
    /// @param key The key
    /// @param since First second that does not count, not in the future and earlier than any mark before
    function markCompromised(bytes32 organization, bytes32 key, uint64 since) external;

    /// @notice Change how many organizations countersign a growth; by proposal alone.
    /// @dev A number above that of the organizations with a witness stops every log until it is lowered.
    function setQuorum(uint8 quorum) external;

    /// @notice Whether a key acts, or acted, for an organization in a role at a time; a pause does not matter here.
    /// @param organization The organization
    /// @param key The key
    /// @param role Bit mask of roles, all of which are asked for, not 0
    /// @param time The second asked for
    function permits(bytes32 organization, bytes32 key, uint8 role, uint64 time) external view returns (bool);

    /// @notice What a contract under this registry asks before anybody's act.
    /// @dev Reverts with PausedNow, or with NotPermitted when the key does not act in this role now.
    /// @return quorum Organizations that must countersign
    function requirePermitted(bytes32 organization, bytes32 key, uint8 role) external view returns (uint8 quorum);

    /// @notice What was granted; all zero for a key that the organization never had.
    /// @return roles Bit mask of roles
    /// @return validFrom First second in which it acts
    /// @return validUntil First second in which it no longer acts; 0: open
    /// @return compromisedAt First second that does not count; 0: never marked
    function keyOf(bytes32 organization, bytes32 key)
        external
        view
        returns (uint8 roles, uint64 validFrom, uint64 validUntil, uint64 compromisedAt);

    /// @notice How many organizations must countersign a growth of a log.
    function quorum() external view returns (uint8);
}
