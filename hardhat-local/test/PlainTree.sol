// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The Merkle tree as RFC 9162 writes it down: recursive, over all leaves, with no cleverness to be wrong about
/// @dev `from` and `to` bound the leaves D[from:to] that the standard's formulas speak of.
library PlainTree {
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        return leaves.length == 0 ? sha256("") : mth(leaves, 0, leaves.length);
    }

    /// MTH of section 2.1.1.
    function mth(bytes32[] memory leaves, uint256 from, uint256 to) internal pure returns (bytes32) {
        if (to - from == 1) {
            return leaves[from];
        }
        uint256 middle = from + split(to - from);
        return sha256(abi.encodePacked(hex"01", mth(leaves, from, middle), mth(leaves, middle, to)));
    }

    /// PROOF of section 2.1.4.1.
    function proof(bytes32[] memory leaves, uint256 oldSize) internal pure returns (bytes32[] memory) {
        return subproof(leaves, 0, leaves.length, oldSize, true);
    }

    /// SUBPROOF of section 2.1.4.1.
    function subproof(bytes32[] memory leaves, uint256 from, uint256 to, uint256 m, bool complete)
        internal
        pure
        returns (bytes32[] memory)
    {
        uint256 n = to - from;
        if (m == n) {
            return complete ? new bytes32[](0) : joined(new bytes32[](0), mth(leaves, from, to));
        }
        uint256 k = split(n);
        if (m <= k) {
            return joined(subproof(leaves, from, from + k, m, complete), mth(leaves, from + k, to));
        }
        return joined(subproof(leaves, from + k, to, m - k, false), mth(leaves, from, from + k));
    }

    /// How many hashes PROOF has, by the same recursion over the numbers alone.
    function proofLength(uint256 m, uint256 n) internal pure returns (uint256 length) {
        bool complete = true;
        for (; m != n; length++) {
            uint256 k = split(n);
            if (m <= k) {
                n = k;
            } else {
                (m, n, complete) = (m - k, n - k, false);
            }
        }
        return complete ? length : length + 1;
    }

    /// The peaks of the tree, left to right.
    function frontier(bytes32[] memory leaves) internal pure returns (bytes32[] memory peaks) {
        peaks = new bytes32[](0);
        uint256 from = 0;
        for (uint256 bit = 1 << 63; bit != 0; bit >>= 1) {
            if (leaves.length & bit != 0) {
                peaks = joined(peaks, mth(leaves, from, from + bit));
                from += bit;
            }
        }
    }

    /// `count` different leaf hashes, the same for the same `seed`.
    function leavesOf(bytes32 seed, uint256 count) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) {
            leaves[i] = sha256(abi.encodePacked(hex"00", seed, i));
        }
    }

    /// The leaves D[from:to].
    function slice(bytes32[] memory leaves, uint256 from, uint256 to) internal pure returns (bytes32[] memory part) {
        part = new bytes32[](to - from);
        for (uint256 i = from; i < to; i++) {
            part[i - from] = leaves[i];
        }
    }

    /// The largest power of two smaller than `n`, which is at least 2.
    function split(uint256 n) private pure returns (uint256 k) {
        for (k = 1; k << 1 < n;) {
            k <<= 1;
        }
    }

    function joined(bytes32[] memory path, bytes32 last) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](path.length + 1);
        for (uint256 i = 0; i < path.length; i++) {
            longer[i] = path[i];
        }
        longer[path.length] = last;
    }
}
