// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IEvidenceLog} from "./IEvidenceLog.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @title The log of IEvidenceLog, with its head in two storage slots
contract EvidenceLog is IEvidenceLog {
    /// A size stays below this, so that it fits a signed 64-bit integer.
    uint256 private constant SIZE_LIMIT = 2 ** 63;

    /// @inheritdoc IEvidenceLog
    address public immutable submitter;

    uint64 private _size;
    uint64 private _seq;
    bytes32 private _root = MerkleTree.EMPTY_ROOT;

    /// @param submitter_ The only account that may grow the log
    constructor(address submitter_) {
        require(submitter_ != address(0), SubmitterMissing());
        submitter = submitter_;
    }

    modifier onlySubmitter() {
        require(msg.sender == submitter, NotSubmitter(msg.sender));
        _;
    }

    /// @inheritdoc IEvidenceLog
    function append(bytes32[] calldata frontier, bytes32[] calldata leaves) external onlySubmitter {
        uint64 size = _size;
        require(leaves.length != 0, LeavesMissing());
        uint256 grown = size + leaves.length;
        require(grown < SIZE_LIMIT, SizeTooLarge(grown));
        uint256 peaks = MerkleTree.peaks(size);
        require(frontier.length == peaks, FrontierLengthWrong(size, peaks, frontier.length));
        bytes32 before = MerkleTree.bag(frontier);
        require(before == _root, FrontierOfAnotherLog(_root, before));
        bytes32 root = MerkleTree.bag(MerkleTree.fold(frontier, size, leaves));
        emit Appended(_grow(uint64(grown), root), uint64(grown), root);
    }

    /// @inheritdoc IEvidenceLog
    function extend(uint64 size, bytes32 root, bytes32[] calldata proof) external onlySubmitter {
        uint64 present = _size;
        require(size > present, SizeNotLarger(present, size));
        require(size < SIZE_LIMIT, SizeTooLarge(size));
        // RFC 9162 begins at one entry: no entries are the beginning of every log, and nothing is left to prove.
        bool shown = present == 0 ? proof.length == 0 : MerkleTree.consistent(present, _root, size, root, proof);
        require(shown, ConsistencyNotShown(present, size));
        emit Extended(_grow(size, root), size, root);
    }

    /// @inheritdoc IEvidenceLog
    function head() external view returns (uint64 size, bytes32 root, uint64 seq) {
        return (_size, _root, _seq);
    }

    function _grow(uint64 size, bytes32 root) private returns (uint64 seq) {
        seq = _seq + 1;
        _size = size;
        _seq = seq;
        _root = root;
    }
}
