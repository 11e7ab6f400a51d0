// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The Merkle tree of RFC 9162, in the parts that a growing log needs
/// @notice Every value is a 32-byte SHA-256 hash. A node is SHA-256(0x01 ‖ left ‖ right), so that no inner node can be
/// passed off as a leaf, which is SHA-256(0x00 ‖ entry).
library MerkleTree {
    /// Root of a tree of no entries: SHA-256 of nothing (RFC 9162, section 2.1.1).
    bytes32 internal constant EMPTY_ROOT = 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;

    /// Most peaks that a frontier can have: one for each bit of a size below 2^63.
    uint256 private constant MOST_PEAKS = 63;

    /// @notice Number of peaks in the frontier of `size` entries: the bits set in it.
    function peaks(uint64 size) internal pure returns (uint256 count) {
        for (uint256 rest = size; rest != 0; rest &= rest - 1) {
            count++;
        }
    }

    /// @notice Root of the tree with these peaks, given left to right: they are folded from the right.
    function bag(bytes32[] memory frontier) internal view returns (bytes32 root) {
        uint256 count = frontier.length;
        if (count == 0) {
            return EMPTY_ROOT;
        }
        root = frontier[count - 1];
        for (uint256 i = count - 1; i != 0; i--) {
            root = node(frontier[i - 1], root);
        }
    }

    /// @notice Peaks after `leaves` are added to a tree of `size` entries with the peaks of `frontier`.
    /// @dev The index of an entry ends in as many ones as there are full subtrees that it completes, so each leaf does
    ///
    ///     peak = leaf;
    ///     for (rest = index; rest & 1 == 1; rest >>= 1) peak = node(stack[--height], peak);
    ///     stack[height++] = peak;
    ///
    /// which costs half as much in assembly: 440 gas a leaf instead of 880. The caller has checked that `frontier`
    /// has one peak for each bit set in `size` and that `size + leaves.length` is below 2^63, so that the stack never
    /// holds more than MOST_PEAKS.
    function fold(bytes32[] calldata frontier, uint64 size, bytes32[] calldata leaves)
        internal
        view
        returns (bytes32[] memory stack)
    {
        stack = new bytes32[](MOST_PEAKS);
        assembly ("memory-safe") {
            // The buffer beyond the allocated memory: 0x01 in the last byte of a word, then left, then right. SHA-256
            // writes over right, so that a hash is at once the right side of the next.
            let buffer := mload(0x40)
            let left := add(buffer, 32)
            let right := add(buffer, 64)
            let input := add(buffer, 31)
            mstore8(input, 1)

            // `top` is where the next peak goes.
            let bottom := add(stack, 32)
            let top := add(bottom, shl(5, frontier.length))
            calldatacopy(bottom, frontier.offset, shl(5, frontier.length))

            let index := size
            let end := add(leaves.offset, shl(5, leaves.length))
            for { let leaf := leaves.offset } lt(leaf, end) { leaf := add(leaf, 32) } {
                mstore(right, calldataload(leaf))
                for { let rest := index } and(rest, 1) { rest := shr(1, rest) } {
                    top := sub(top, 32)
                    mstore(left, mload(top))
                    // The precompile at address 2 is SHA-256; it fails only for want of gas.
                    if iszero(staticcall(gas(), 2, input, 65, right, 32)) { revert(0, 0) }
                }
                mstore(top, mload(right))
                top := add(top, 32)
                index := add(index, 1)
            }
            mstore(stack, shr(5, sub(top, bottom)))
        }
    }

    /// @notice Whether `proof` leads from the old root to the new one.
    /// @dev The numbers are the steps of RFC 9162, section 2.1.4.2; 0 < oldSize < newSize.
    function consistent(uint64 oldSize, bytes32 oldRoot, uint64 newSize, bytes32 newRoot, bytes32[] calldata proof)
        internal
        view
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
            // Step 7 would refuse a path that climbs beyond the top as well, because it changes the old hash too.
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

    /// @notice Hashes in the consistency proof between two sizes; none from an empty tree.
    /// @dev The path climbs from the last full subtree of the old tree: one hash a level until both trees share their right
    /// edge, then one for each subtree further to the left, and one in front unless the old root itself stands there.
    function pathLength(uint64 oldSize, uint64 newSize) internal pure returns (uint256 length) {
        if (oldSize == 0) {
            return 0;
        }
        length = oldSize & (oldSize - 1) == 0 ? 0 : 1;
        uint256 fn = oldSize - 1;
        uint256 sn = newSize - 1;
        for (; fn & 1 == 1; fn >>= 1) {
            sn >>= 1;
        }
        for (; fn != sn; fn >>= 1) {
            sn >>= 1;
            length++;
        }
        length += peaks(uint64(fn));
    }

    /// @notice Root to which a path leads from a leaf of a tree; `path` has `inclusionLength` hashes, and index < size.
    /// @dev The numbers are the steps of RFC 9162, section 2.1.3.2.
    function climb(bytes32 leaf, uint64 index, uint64 size, bytes32[] calldata path) internal view returns (bytes32 r) {
        // 2. and 3. Begin at the leaf.
        uint256 fn = index;
        uint256 sn = size - 1;
        r = leaf;
        // 4. Climb, once for every value of the path. Its length is right, so that the top is reached with its last.
        for (uint256 i = 0; i < path.length; i++) {
            if (fn & 1 == 1 || fn == sn) {
                r = node(path[i], r);
                for (; fn & 1 == 0 && fn != 0; fn >>= 1) {
                    sn >>= 1;
                }
            } else {
                r = node(r, path[i]);
            }
            fn >>= 1;
            sn >>= 1;
        }
    }

    /// @notice Hashes in the path of a leaf: one a level until it meets the right edge of the tree, then one for each
    /// subtree further to the left.
    function inclusionLength(uint64 index, uint64 size) internal pure returns (uint256 length) {
        uint256 fn = index;
        for (uint256 sn = size - 1; fn != sn; sn >>= 1) {
            fn >>= 1;
            length++;
        }
        length += peaks(uint64(fn));
    }

    /// @notice Node over two subtrees: SHA-256(0x01 ‖ left ‖ right).
    /// @dev The same as sha256(abi.encodePacked(bytes1(0x01), left, right)), without allocating memory for every node:
    /// the 65 bytes stand beyond the allocated memory and are forgotten at once.
    function node(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore8(buffer, 1)
            mstore(add(buffer, 1), left)
            mstore(add(buffer, 33), right)
            // The precompile at address 2 is SHA-256; it fails only for want of gas.
            if iszero(staticcall(gas(), 2, buffer, 65, 0, 32)) { revert(0, 0) }
            hash := mload(0)
        }
    }
}
