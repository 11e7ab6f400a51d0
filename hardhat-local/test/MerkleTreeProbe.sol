// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {MerkleTree} from "../contracts/MerkleTree.sol";

/// @title The library MerkleTree put to many questions at once, for the fuzzed tests alone; never deployed by the house
contract MerkleTreeProbe {
    struct Question {
        uint64 oldSize;
        bytes32 oldRoot;
        uint64 newSize;
        bytes32 newRoot;
        bytes32[] proof;
    }

    struct Batch {
        uint64 size;
        bytes32[] frontier;
        bytes32[] leaves;
    }

    /// @notice For each question whether its proof leads from the old root to the new one.
    function consistent(Question[] calldata questions) external view returns (bool[] memory answers) {
        answers = new bool[](questions.length);
        for (uint256 i = 0; i < questions.length; i++) {
            Question calldata q = questions[i];
            answers[i] = MerkleTree.consistent(q.oldSize, q.oldRoot, q.newSize, q.newRoot, q.proof);
        }
    }

    /// @notice The root after each batch of leaves.
    function grown(Batch[] calldata batches) external view returns (bytes32[] memory roots) {
        roots = new bytes32[](batches.length);
        for (uint256 i = 0; i < batches.length; i++) {
            roots[i] = MerkleTree.bag(MerkleTree.fold(batches[i].frontier, batches[i].size, batches[i].leaves));
        }
    }
}
