// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The head of an append-only log that refuses every rewritten history
/// @notice The log is a Merkle tree as RFC 9162 defines it: a leaf hash is SHA-256(0x00 ‖ entry), a node is
/// SHA-256(0x01 ‖ left ‖ right), and the root of no entries is SHA-256 of nothing. The contract keeps only the head
/// and grows it in two ways, each of which proves that the new tree begins with the old one: `append` for small
/// batches, whose leaf hashes stay readable in the calldata, and `extend` for large ones, at a cost that grows with
/// the logarithm of the log alone. Entries themselves, and anything personal, never reach the chain.
interface IEvidenceLog {
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

    /// @notice Only the submitter grows the log.
    /// @param caller The account that tried
    error NotSubmitter(address caller);

    /// @notice The submitter of a new log cannot be the zero address.
    error SubmitterMissing();

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

    /// @notice The proof does not show that the proposed tree begins with the tree the log holds.
    /// @param size Entries in the log
    /// @param proposed Size that was asked for
    error ConsistencyNotShown(uint64 size, uint64 proposed);

    /// @notice Append leaf hashes to the log.
    /// @dev Reverts with NotSubmitter, LeavesMissing, SizeTooLarge, FrontierLengthWrong or FrontierOfAnotherLog.
    /// @param frontier Roots of the full subtrees that the present entries fill, left to right and therefore largest
    /// first, 32 bytes each: one for each bit set in the size, none for an empty log
    /// @param leaves Leaf hashes in the order of their entries, 32 bytes each, at least one
    function append(bytes32[] calldata frontier, bytes32[] calldata leaves) external;

    /// @notice Extend the log to a larger tree that begins with the present one.
    /// @dev Checks the consistency proof by the steps of RFC 9162, section 2.1.4.2. A log of no entries is the
    /// beginning of every log, so the first growth takes any size and root with an empty proof: this is how a whole
    /// history is anchored again, in one transaction, on a chain that forgot it. The events of that chain show it.
    /// The proof shows that the present tree is the beginning of the tree of `root`; that this tree has `size` entries
    /// and not a few more or less is for whoever holds the entries to check.
    /// Reverts with NotSubmitter, SizeNotLarger, SizeTooLarge or ConsistencyNotShown.
    /// @param size Entries in the larger tree, more than now and below 2^63
    /// @param root Merkle root of the larger tree, 32 bytes
    /// @param proof Consistency proof of RFC 9162, section 2.1.4.1, from the present size to `size`: 32 bytes a node
    function extend(uint64 size, bytes32 root, bytes32[] calldata proof) external;

    /// @notice The present head of the log.
    /// @return size Entries in the log
    /// @return root Merkle root over them, 32 bytes; SHA-256 of nothing while the log is empty
    /// @return seq Times the log has grown
    function head() external view returns (uint64 size, bytes32 root, uint64 seq);

    /// @notice The only account that may grow this log, fixed when it was deployed.
    function submitter() external view returns (address);
}
