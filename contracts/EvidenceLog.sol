// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Countersigned} from "./Countersigned.sol";
import {IEvidenceLog} from "./IEvidenceLog.sol";
import {IOrganizationRegistry} from "./IOrganizationRegistry.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @title The log of IEvidenceLog, with its head in two storage slots
contract EvidenceLog is IEvidenceLog {
    /// A size stays below this, so that it fits a signed 64-bit integer.
    uint256 private constant SIZE_LIMIT = 2 ** 63;

    /// The role of IOrganizationRegistry that grows the log.
    uint8 private constant SUBMITTER = 1;

    /// @inheritdoc IEvidenceLog
    IOrganizationRegistry public immutable registry;

    /// @inheritdoc IEvidenceLog
    bytes32 public immutable operator;

    uint64 private _size;
    uint64 private _seq;
    bytes32 private _root = MerkleTree.EMPTY_ROOT;

    /// @param registry_ The registry that says who may grow the log
    /// @param operator_ The organization whose submitters grow it
    constructor(IOrganizationRegistry registry_, bytes32 operator_) {
        require(address(registry_).code.length != 0, RegistryMissing(address(registry_)));
        require(operator_ != 0, OperatorMissing());
        registry = registry_;
        operator = operator_;
    }

    /// @inheritdoc IEvidenceLog
    function append(bytes32[] calldata frontier, bytes32[] calldata leaves) external {
        _append(frontier, leaves, _none());
    }

    /// @inheritdoc IEvidenceLog
    function append(
        bytes32[] calldata frontier,
        bytes32[] calldata leaves,
        Countersignature[] calldata countersignatures
    ) external {
        _append(frontier, leaves, countersignatures);
    }

    /// @inheritdoc IEvidenceLog
    function extend(uint64 size, bytes32 root, bytes32[] calldata proof) external {
        _extend(size, root, proof, _none());
    }

    /// @inheritdoc IEvidenceLog
    function extend(
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof,
        Countersignature[] calldata countersignatures
    ) external {
        _extend(size, root, proof, countersignatures);
    }

    /// @inheritdoc IEvidenceLog
    function checkInclusion(uint64 index, bytes32 leaf, bytes32[] calldata path) external view {
        uint64 size = _size;
        require(index < size, IndexPastEnd(index, size));
        uint256 expected = MerkleTree.inclusionLength(index, size);
        require(path.length == expected, PathLengthWrong(index, size, expected, path.length));
        require(MerkleTree.climb(leaf, index, size, path) == _root, InclusionNotShown(index, size));
    }

    /// @inheritdoc IEvidenceLog
    function head() external view returns (uint64 size, bytes32 root, uint64 seq) {
        return (_size, _root, _seq);
    }

    function _append(
        bytes32[] calldata frontier,
        bytes32[] calldata leaves,
        Countersignature[] calldata countersignatures
    ) private {
        uint256 quorum = _permitted();
        uint64 size = _size;
        require(leaves.length != 0, LeavesMissing());
        uint256 grown = size + leaves.length;
        require(grown < SIZE_LIMIT, SizeTooLarge(grown));
        uint256 peaks = MerkleTree.peaks(size);
        require(frontier.length == peaks, FrontierLengthWrong(size, peaks, frontier.length));
        bytes32 before = MerkleTree.bag(frontier);
        require(before == _root, FrontierOfAnotherLog(_root, before));
        bytes32 root = MerkleTree.bag(MerkleTree.fold(frontier, size, leaves));
        emit Appended(_grow(uint64(grown), root, quorum, countersignatures), uint64(grown), root);
    }

    function _extend(
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof,
        Countersignature[] calldata countersignatures
    ) private {
        uint256 quorum = _permitted();
        uint64 present = _size;
        require(size > present, SizeNotLarger(present, size));
        require(size < SIZE_LIMIT, SizeTooLarge(size));
        // RFC 9162 begins at one entry: no entries are the beginning of every log, and nothing is left to prove.
        bool shown = present == 0 ? proof.length == 0 : MerkleTree.consistent(present, _root, size, root, proof);
        if (!shown) {
            // A proof of another length is never shown, so its length is worth counting only here.
            uint256 expected = MerkleTree.pathLength(present, size);
            require(proof.length == expected, ProofLengthWrong(present, size, expected, proof.length));
            revert ConsistencyNotShown(present, size);
        }
        emit Extended(_grow(size, root, quorum, countersignatures), size, root);
    }

    /// Refuse who may not submit now; give the organizations that must countersign.
    function _permitted() private view returns (uint256) {
        return registry.requirePermitted(operator, bytes32(uint256(uint160(msg.sender))), SUBMITTER);
    }

    function _grow(uint64 size, bytes32 root, uint256 quorum, Countersignature[] calldata countersignatures)
        private
        returns (uint64 seq)
    {
        require(countersignatures.length >= quorum, QuorumNotReached(quorum, countersignatures.length));
        seq = _seq + 1;
        if (countersignatures.length != 0) {
            Countersigned.check(registry, seq, size, root, countersignatures);
        }
        _size = size;
        _seq = seq;
        _root = root;
    }

    function _none() private pure returns (Countersignature[] calldata none) {
        assembly ("memory-safe") {
            none.offset := 0
            none.length := 0
        }
    }
}
