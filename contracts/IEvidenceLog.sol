// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IOrganizationRegistry} from "./IOrganizationRegistry.sol";

/// @title The head of an append-only log that refuses every rewritten history
/// @notice The log is a Merkle tree as RFC 9162 defines it: a leaf hash is SHA-256(0x00 ‖ entry), a node is
/// SHA-256(0x01 ‖ left ‖ right), and the root of no entries is SHA-256 of nothing. The contract keeps only the head
/// and grows it in two ways, each of which proves that the new tree begins with the old one: `append` for small
/// batches, whose leaf hashes stay readable in the calldata, and `extend` for large ones, at a cost that grows with
/// the logarithm of the log alone. Entries themselves, and anything personal, never reach the chain.
/// Authority belongs to organizations: an account grows the log when the registry permits it to submit for the operator.
/// With a quorum of k, k different organizations must have countersigned the head that the log grows to, each by a key
/// that the registry permits as its witness now. What they sign is, by EIP-712,
///
///     Checkpoint(uint64 seq,uint64 size,bytes32 root)
///     domain: name "Yinxin EvidenceLog", version "1", this chain's id, this contract
///
/// where seq is the number of the growth that it is for, so that a signature serves once, here and nowhere else.
interface IEvidenceLog {
    /// @notice What one organization signed.
    struct Countersignature {
        /// SHA-256 of the organization's unified social credit code in UTF-8, 32 bytes
        bytes32 organization;
        /// r ‖ s ‖ v over the EIP-712 digest by secp256k1, 65 bytes; s in the lower half, v 27 or 28
        bytes signature;
    }

    /// @notice Leaf hashes were appended.
    /// @param seq Number of this growth, counted from 1 without a gap
    /// @param size Entries in the log after it
    /// @param root Merkle root over these entries, 32 bytes
    event Appended(uint64 indexed seq, uint64 size, bytes32 root);

    /// @notice The log was extended to a larger tree by a consistency proof.
    /// @param seq Number of this growth, counted from 1 without a gap
    /// @param size Entries in the log after it
    /// @param root Merkle root over these entries, 32 bytes
    event Extended(uint64 indexed seq, uint64 size, bytes32 root);

    /// @notice A log stands under a registry.
    /// @param registry The address given, where no contract is
    error RegistryMissing(address registry);

    /// @notice A log belongs to an organization, which is not 32 zero bytes.
    error OperatorMissing();

    /// @notice Fewer organizations countersigned than the registry asks for.
    /// @param quorum Organizations that must countersign
    /// @param given Countersignatures that came
    error QuorumNotReached(uint256 quorum, uint256 given);

    /// @notice Organizations come in ascending order of their 32 bytes, so that each counts once.
    /// @param organization The one that does not follow the one before it
    error OrganizationsNotAscending(bytes32 organization);

    /// @notice A signature is 65 bytes with s in the lower half and v 27 or 28, and recovers to an account.
    /// @param organization Whose it is said to be
    error SignatureMalformed(bytes32 organization);

    /// @notice An append needs at least one leaf.
    error LeavesMissing();

    /// @notice The frontier of `size` entries has one peak for each bit set in `size`.
    /// @param size Entries in the log
    /// @param expected Peaks that such a log has
    /// @param actual Peaks that were given
    error FrontierLengthWrong(uint64 size, uint256 expected, uint256 actual);

    /// @notice The peaks given do not bag to the root that the log holds.
    /// @param expected Root that the log holds
    /// @param actual Root that the peaks give
    error FrontierOfAnotherLog(bytes32 expected, bytes32 actual);

    /// @notice The log only grows: the new size must be larger than the present one.
    /// @param size Entries in the log
    /// @param proposed Size that was asked for
    error SizeNotLarger(uint64 size, uint256 proposed);

    /// @notice A size stays below 2^63, so that it fits a signed 64-bit integer everywhere.
    /// @param proposed Size that was asked for
    error SizeTooLarge(uint256 proposed);

    /// @notice RFC 9162 gives the consistency proof between two sizes a number of hashes: no more and no fewer do.
    /// @param size Entries in the log
    /// @param proposed Size that was asked for
    /// @param expected Hashes that such a proof has
    /// @param actual Hashes that were given
    error ProofLengthWrong(uint64 size, uint64 proposed, uint256 expected, uint256 actual);

    /// @notice The proof does not show that the proposed tree begins with the tree the log holds.
    /// @param size Entries in the log
    /// @param proposed Size that was asked for
    error ConsistencyNotShown(uint64 size, uint64 proposed);

    /// @notice The log has no entry of this index.
    /// @param index Number of the entry, counted from 0
    /// @param size Entries in the log
    error IndexPastEnd(uint64 index, uint64 size);

    /// @notice The path of an entry has one hash for each level on which it has a neighbour.
    /// @param index Number of the entry
    /// @param size Entries in the log
    /// @param expected Hashes that its path has
    /// @param actual Hashes that were given
    error PathLengthWrong(uint64 index, uint64 size, uint256 expected, uint256 actual);

    /// @notice The path does not lead from the leaf to the root of the log.
    /// @param index Number of the entry
    /// @param size Entries in the log
    error InclusionNotShown(uint64 index, uint64 size);

    /// @notice Append leaf hashes to the log, while the registry asks for no quorum.
    /// @dev Reverts with LeavesMissing, SizeTooLarge, FrontierLengthWrong, FrontierOfAnotherLog, QuorumNotReached, and with
    /// PausedNow or NotPermitted of the registry.
    /// @param frontier Roots of the full subtrees that the present entries fill, left to right and therefore largest
    /// first, 32 bytes each: one for each bit set in the size, none for an empty log
    /// @param leaves Leaf hashes in the order of their entries, 32 bytes each, at least one
    function append(bytes32[] calldata frontier, bytes32[] calldata leaves) external;

    /// @notice Append leaf hashes to the log, with the countersignatures over the head that it then has.
    /// @dev As `append` without them, and with OrganizationsNotAscending, SignatureMalformed, or NotPermitted for a key that
    /// is no witness of its organization now. All that are given must hold, also beyond the quorum.
    /// @param countersignatures In ascending order of organizations
    function append(
        bytes32[] calldata frontier,
        bytes32[] calldata leaves,
        Countersignature[] calldata countersignatures
    ) external;

    /// @notice Extend the log to a larger tree that begins with the present one, while the registry asks for no quorum.
    /// @dev Checks the consistency proof by the steps of RFC 9162, section 2.1.4.2. A log of no entries is the
    /// beginning of every log, so the first growth takes any size and root with an empty proof: this is how a whole
    /// history is anchored again, in one transaction, on a chain that forgot it. The events of that chain show it.
    ///
    /// What the proof pins: that the present tree is the beginning of the tree of `root`, and the shape of the path between
    /// `size` and the present size, its length before all. What it does not pin: the number of entries to the right of the
    /// path. From 4 entries, the same one hash leads to 5, 6, 7 and 8, because a hash does not tell how many leaves are
    /// below it, and nothing short of the entries can. Whoever holds the entries checks it; a witness does so before it
    /// countersigns.
    ///
    /// Reverts with SizeNotLarger, SizeTooLarge, ProofLengthWrong, ConsistencyNotShown, QuorumNotReached, and with PausedNow
    /// or NotPermitted of the registry.
    /// @param size Entries in the larger tree, more than now and below 2^63
    /// @param root Merkle root of the larger tree, 32 bytes
    /// @param proof Consistency proof of RFC 9162, section 2.1.4.1, from the present size to `size`: 32 bytes a node
    function extend(uint64 size, bytes32 root, bytes32[] calldata proof) external;

    /// @notice Extend the log to a larger tree, with the countersignatures over it.
    /// @dev As `extend` without them, and as `append` with them.
    /// @param countersignatures In ascending order of organizations
    function extend(
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof,
        Countersignature[] calldata countersignatures
    ) external;

    /// @notice Check that an entry is in the log as it stands, for contracts that rely on it.
    /// @dev Checks the inclusion proof by the steps of RFC 9162, section 2.1.3.2, against the present head.
    /// Reverts with IndexPastEnd, PathLengthWrong or InclusionNotShown.
    /// @param index Number of the entry, counted from 0
    /// @param leaf Its leaf hash, 32 bytes
    /// @param path Inclusion proof of RFC 9162, section 2.1.3.1, nearest the leaf first: 32 bytes a node
    function checkInclusion(uint64 index, bytes32 leaf, bytes32[] calldata path) external view;

    /// @notice The present head of the log.
    /// @return size Entries in the log
    /// @return root Merkle root over them, 32 bytes; SHA-256 of nothing while the log is empty
    /// @return seq Times the log has grown
    function head() external view returns (uint64 size, bytes32 root, uint64 seq);

    /// @notice The registry that says who may grow this log, fixed when it was deployed.
    function registry() external view returns (IOrganizationRegistry);

    /// @notice The organization whose submitters grow this log, fixed when it was deployed.
    function operator() external view returns (bytes32);
}
