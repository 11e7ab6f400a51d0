// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The Merkle tree of RFC 9162, in the parts that a growing log needs
/// @notice Every value is a 32-byte SHA-256 hash. A node is SHA-256(0x01 ‖ left ‖ right), so that no inner node can be
/// passed off as a leaf, which is SHA-256(0x00 ‖ entry).
library MerkleTree {
    /// Root of a tree of no entries: SHA-256 of nothing (RFC 9162, section 2.1.1).
    bytes32 internal constant EMPTY_ROOT = 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;

    /// Most peaks that a frontier can have: a size is below 2^63.
    uint256 private constant MOST_PEAKS = 64;

    /// @notice Number of peaks in the frontier of `size` entries: the bits set in it.
    function peaks(uint64 size) internal pure returns (uint256 count) {
        for (uint256 rest = size; rest != 0; rest &= rest - 1) {
            count++;
        }
    }

    /// @notice Root of the tree with these peaks, left to right.
    function bag(bytes32[] memory frontier, uint256 count) internal pure returns (bytes32 root) {
        if (count == 0) {
            return EMPTY_ROOT;
        }
        root = frontier[count - 1];
        for (uint256 i = count - 1; i != 0; i--) {
            root = node(frontier[i - 1], root);
        }
    }

    /// @notice Root after `leaves` are added to a tree of `size` entries with these peaks.
    function fold(bytes32[] calldata frontier, uint64 size, bytes32[] calldata leaves)
        internal
        pure
        returns (bytes32 before, bytes32 root)
    {
        bytes32[] memory stack = new bytes32[](MOST_PEAKS);
        uint256 height = frontier.length;
        for (uint256 i = 0; i < height; i++) {
            stack[i] = frontier[i];
        }
        before = bag(stack, height);
        for (uint256 i = 0; i < leaves.length; i++) {
            bytes32 peak = leaves[i];
            // The entry's index ends in as many ones as there are full subtrees that it completes.
            for (uint256 index = size + i; index & 1 == 1; index >>= 1) {
                peak = node(stack[--height], peak);
            }
            stack[height++] = peak;
        }
        root = bag(stack, height);
    }

    /// @notice Whether `proof` leads from the old root to the new one.
    /// @dev The numbers are the steps of RFC 9162, section 2.1.4.2; 0 < oldSize < newSize.
    function consistent(uint64 oldSize, bytes32 oldRoot, uint64 newSize, bytes32 newRoot, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        // 1. An empty path shows nothing.
        if (proof.length == 0) {
            return false;
        }
        // 2. If the old size is a power of two, its root goes in front of the path.
        bool prepend = oldSize & (oldSize - 1) == 0;
        bytes32 oldHash = prepend ? oldRoot : proof[0];
        // 3. and 4. Begin at the last full subtree of the old tree.
        uint256 fn = oldSize - 1;
        uint256 sn = newSize - 1;
        for (; fn & 1 == 1; fn >>= 1) {
            sn >>= 1;
        }
        // 5. Both hashes start from the first of the path.
        bytes32 newHash = oldHash;
        // 6. Climb, once for every further value of the path.
        for (uint256 i = prepend ? 0 : 1; i < proof.length; i++) {
            if (sn == 0) {
                return false;
            }
            bytes32 c = proof[i];
            if (fn & 1 == 1 || fn == sn) {
                oldHash = node(c, oldHash);
                newHash = node(c, newHash);
                for (; fn & 1 == 0 && fn != 0; fn >>= 1) {
                    sn >>= 1;
                }
            } else {
                newHash = node(newHash, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        // 7. Both roots are reached, at the top.
        return oldHash == oldRoot && newHash == newRoot && sn == 0;
    }

    /// @notice Node over two subtrees: SHA-256(0x01 ‖ left ‖ right).
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
