// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {EvidenceLog} from "../contracts/EvidenceLog.sol";
import {IEvidenceLog} from "../contracts/IEvidenceLog.sol";
import {IAdministered} from "../contracts/IAdministered.sol";
import {IOrganizationRegistry} from "../contracts/IOrganizationRegistry.sol";
import {OrganizationRegistry} from "../contracts/OrganizationRegistry.sol";
import {FoundedTest} from "./Founded.sol";
import {PlainTree} from "./PlainTree.sol";

contract EvidenceLogTest is FoundedTest {
    /// Largest tree of the fuzzed tests, in entries: it crosses six powers of two.
    uint256 private constant LARGEST = 70;

    OrganizationRegistry private _registry;
    EvidenceLog private _log;
    bytes32[] private _none;

    function setUp() external {
        _registry = founded(OPERATOR, address(this));
        _log = new EvidenceLog(_registry, OPERATOR);
    }

    function test_a_new_log_has_the_root_of_no_entries() external view {
        assertHead(0, sha256(""), 0);
        assertEq(uint160(address(_registry)), uint160(address(_log.registry())));
        assertEq(OPERATOR, _log.operator());
    }

    function testFuzz_append_gives_the_plain_root(bytes32 seed, uint256 first, uint256 second) external {
        first = bound(first, 1, LARGEST);
        second = bound(second, 1, LARGEST);
        bytes32[] memory leaves = PlainTree.leavesOf(seed, first + second);
        bytes32[] memory begun = PlainTree.slice(leaves, 0, first);
        _log.append(_none, begun);
        assertHead(first, PlainTree.root(begun), 1);
        _log.append(PlainTree.frontier(begun), PlainTree.slice(leaves, first, first + second));
        assertHead(first + second, PlainTree.root(leaves), 2);
    }

    function testFuzz_extend_takes_every_real_extension(bytes32 seed, uint256 older, uint256 newer) external {
        (bytes32[] memory leaves, uint256 size) = begin(seed, older, newer);
        bytes32 root = PlainTree.root(leaves);
        bytes32[] memory proof = PlainTree.proof(leaves, size);
        vm.expectEmit(address(_log));
        emit IEvidenceLog.Extended(2, uint64(leaves.length), root);
        _log.extend(uint64(leaves.length), root, proof);
        assertHead(leaves.length, root, 2);
    }

    function testFuzz_a_rewritten_entry_is_refused(bytes32 seed, uint256 older, uint256 newer, uint256 which) external {
        (bytes32[] memory leaves, uint256 size) = begin(seed, older, newer);
        leaves[which % size] = keccak256("rewritten");
        bytes32[] memory proof = PlainTree.proof(leaves, size);
        refuseExtension(size, leaves.length, PlainTree.root(leaves), proof);
    }

    function testFuzz_another_root_is_refused(bytes32 seed, uint256 older, uint256 newer, bytes32 root) external {
        (bytes32[] memory leaves, uint256 size) = begin(seed, older, newer);
        refuseExtension(size, leaves.length, root, PlainTree.proof(leaves, size));
    }

    function testFuzz_a_changed_proof_is_refused(bytes32 seed, uint256 older, uint256 newer, uint256 which) external {
        (bytes32[] memory leaves, uint256 size) = begin(seed, older, newer);
        bytes32[] memory proof = PlainTree.proof(leaves, size);
        proof[which % proof.length] ^= bytes32(uint256(1));
        refuseExtension(size, leaves.length, PlainTree.root(leaves), proof);
    }

    function testFuzz_a_shortened_proof_is_refused(bytes32 seed, uint256 older, uint256 newer) external {
        (bytes32[] memory leaves, uint256 size) = begin(seed, older, newer);
        bytes32[] memory proof = PlainTree.proof(leaves, size);
        bytes32[] memory shorter = PlainTree.slice(proof, 0, proof.length - 1);
        refuseLength(size, leaves.length, proof.length, PlainTree.root(leaves), shorter);
    }

    function testFuzz_a_lengthened_proof_is_refused(bytes32 seed, uint256 older, uint256 newer) external {
        (bytes32[] memory leaves, uint256 size) = begin(seed, older, newer);
        bytes32[] memory proof = PlainTree.proof(leaves, size);
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; i++) {
            longer[i] = proof[i];
        }
        refuseLength(size, leaves.length, proof.length, PlainTree.root(leaves), longer);
    }

    function testFuzz_no_proof_is_refused(bytes32 seed, uint256 older, uint256 newer) external {
        (bytes32[] memory leaves, uint256 size) = begin(seed, older, newer);
        refuseLength(size, leaves.length, PlainTree.proof(leaves, size).length, PlainTree.root(leaves), _none);
    }

    function testFuzz_a_proof_for_a_lower_tree_is_refused(bytes32 seed, uint256 older, uint256 newer) external {
        (bytes32[] memory leaves, uint256 size) = begin(seed, older, newer);
        uint256 higher = 2 ** 8 + leaves.length;
        bytes32[] memory proof = PlainTree.proof(leaves, size);
        bytes32 root = PlainTree.root(leaves);
        // The path to the higher tree climbs further by every level that it has more.
        uint256 expected = PlainTree.proofLength(size, higher);
        refuseLength(size, higher, expected, root, proof);
    }

    function testFuzz_append_and_extend_continue_each_other(bytes32 seed, uint256 older, uint256 newer) external {
        (bytes32[] memory leaves,) = begin(seed, older, newer);
        _log.extend(uint64(leaves.length), PlainTree.root(leaves), PlainTree.proof(leaves, older % LARGEST + 1));
        bytes32[] memory all = PlainTree.leavesOf(seed, leaves.length + 1);
        _log.append(PlainTree.frontier(leaves), PlainTree.slice(all, leaves.length, all.length));
        assertHead(all.length, PlainTree.root(all), 3);
    }

    function test_an_append_tells_number_size_and_root() external {
        bytes32[] memory leaves = PlainTree.leavesOf("seed", 5);
        vm.expectEmit(address(_log));
        emit IEvidenceLog.Appended(1, 5, PlainTree.root(leaves));
        _log.append(_none, leaves);
    }

    function test_an_empty_log_extends_to_a_whole_history_at_once() external {
        _log.extend(1_000_000, "root of a million entries", _none);
        assertHead(1_000_000, "root of a million entries", 1);
    }

    function test_an_empty_log_takes_no_proof() external {
        refuseLength(0, 3, 0, "root", new bytes32[](1));
    }

    function testFuzz_a_stranger_cannot_append(address stranger) external {
        if (stranger == address(this)) return;
        bytes32[] memory leaves = PlainTree.leavesOf("seed", 1);
        vm.expectRevert(notPermitted(stranger));
        vm.prank(stranger);
        _log.append(_none, leaves);
    }

    function testFuzz_a_stranger_cannot_extend(address stranger) external {
        if (stranger == address(this)) return;
        vm.expectRevert(notPermitted(stranger));
        vm.prank(stranger);
        _log.extend(1, "root", _none);
    }

    function test_a_log_without_a_registry_is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.RegistryMissing.selector, address(0xdead)));
        new EvidenceLog(IOrganizationRegistry(address(0xdead)), OPERATOR);
    }

    function test_a_log_without_an_operator_is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.OperatorMissing.selector));
        new EvidenceLog(_registry, 0);
    }

    function test_a_submitter_of_another_organization_grows_nothing() external {
        EvidenceLog other = new EvidenceLog(_registry, "another");
        bytes32[] memory leaves = PlainTree.leavesOf("seed", 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOrganizationRegistry.NotPermitted.selector, bytes32("another"), keyOf(address(this)), SUBMITTER
            )
        );
        other.append(_none, leaves);
    }

    function test_a_revoked_submitter_grows_nothing_from_that_second_on() external {
        govern(_registry, abi.encodeCall(_registry.revoke, (OPERATOR, keyOf(address(this)))));
        bytes32[] memory leaves = PlainTree.leavesOf("seed", 1);
        vm.expectRevert(notPermitted(address(this)));
        _log.append(_none, leaves);
    }

    function test_nothing_grows_while_paused_and_again_after() external {
        _registry.pause();
        bytes32[] memory leaves = PlainTree.leavesOf("seed", 1);
        vm.expectRevert(abi.encodeWithSelector(IAdministered.PausedNow.selector));
        _log.append(_none, leaves);
        vm.expectRevert(abi.encodeWithSelector(IAdministered.PausedNow.selector));
        _log.extend(1, "root", _none);
        govern(_registry, abi.encodeCall(_registry.unpause, ()));
        _log.append(_none, leaves);
        assertHead(1, leaves[0], 1);
    }

    function test_an_append_without_leaves_is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.LeavesMissing.selector));
        _log.append(_none, _none);
    }

    function testFuzz_a_frontier_of_another_length_is_refused(uint8 size, uint8 length) external {
        bytes32[] memory leaves = PlainTree.leavesOf("seed", bound(size, 1, LARGEST));
        _log.append(_none, leaves);
        uint256 peaks = PlainTree.frontier(leaves).length;
        if (length == peaks) return;
        bytes memory refusal =
            abi.encodeWithSelector(IEvidenceLog.FrontierLengthWrong.selector, leaves.length, peaks, length);
        vm.expectRevert(refusal);
        _log.append(new bytes32[](length), leaves);
    }

    function testFuzz_a_frontier_of_another_log_is_refused(bytes32 seed, uint256 size, uint256 which) external {
        bytes32[] memory leaves = PlainTree.leavesOf(seed, bound(size, 1, LARGEST));
        _log.append(_none, leaves);
        bytes32 root = PlainTree.root(leaves);
        leaves[which % leaves.length] = keccak256("rewritten");
        bytes32 another = PlainTree.root(leaves);
        bytes32[] memory frontier = PlainTree.frontier(leaves);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.FrontierOfAnotherLog.selector, root, another));
        _log.append(frontier, leaves);
    }

    function testFuzz_a_size_that_is_not_larger_is_refused(uint64 size, uint64 proposed) external {
        size = uint64(bound(size, 1, 2 ** 63 - 1));
        proposed = uint64(bound(proposed, 0, size));
        _log.extend(size, "root", _none);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.SizeNotLarger.selector, size, proposed));
        _log.extend(proposed, "root", _none);
    }

    function testFuzz_a_size_beyond_63_bits_is_refused(uint64 size) external {
        size = uint64(bound(size, 2 ** 63, type(uint64).max));
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.SizeTooLarge.selector, size));
        _log.extend(size, "root", _none);
    }

    function test_an_append_beyond_63_bits_is_refused() external {
        bytes32[] memory leaves = PlainTree.leavesOf("seed", 2);
        _log.extend(2 ** 63 - 2, "root", _none);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.SizeTooLarge.selector, 2 ** 63));
        _log.append(new bytes32[](62), leaves);
    }

    function test_the_largest_log_still_folds_its_last_leaf() external {
        bytes32[] memory frontier = PlainTree.leavesOf("peaks", 62);
        bytes32[] memory leaf = PlainTree.leavesOf("last", 1);
        _log.extend(2 ** 63 - 2, bagged(frontier), _none);
        _log.append(frontier, leaf);
        bytes32[] memory all = new bytes32[](63);
        for (uint256 i = 0; i < 62; i++) {
            all[i] = frontier[i];
        }
        all[62] = leaf[0];
        assertHead(2 ** 63 - 1, bagged(all), 2);
    }

    /// Append the first `older` of `newer` leaves, both brought into range; give all leaves and the older size.
    function begin(bytes32 seed, uint256 older, uint256 newer) private returns (bytes32[] memory leaves, uint256 size) {
        size = older % LARGEST + 1;
        leaves = PlainTree.leavesOf(seed, bound(newer, size + 1, 2 * LARGEST));
        _log.append(_none, PlainTree.slice(leaves, 0, size));
    }

    function notPermitted(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IOrganizationRegistry.NotPermitted.selector, OPERATOR, keyOf(account), SUBMITTER
        );
    }

    function refuseLength(uint256 size, uint256 proposed, uint256 expected, bytes32 root, bytes32[] memory proof)
        private
    {
        vm.expectRevert(
            abi.encodeWithSelector(
                IEvidenceLog.ProofLengthWrong.selector, size, proposed, expected, proof.length
            )
        );
        _log.extend(uint64(proposed), root, proof);
    }

    function refuseExtension(uint256 size, uint256 proposed, bytes32 root, bytes32[] memory proof) private {
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.ConsistencyNotShown.selector, size, proposed));
        _log.extend(uint64(proposed), root, proof);
    }

    function assertHead(uint256 size, bytes32 root, uint256 seq) private view {
        (uint64 size_, bytes32 root_, uint64 seq_) = _log.head();
        assertEq(size, size_);
        assertEq(root, root_);
        assertEq(seq, seq_);
    }

    function bagged(bytes32[] memory peaks) private pure returns (bytes32 root) {
        root = peaks[peaks.length - 1];
        for (uint256 i = peaks.length - 1; i != 0; i--) {
            root = sha256(abi.encodePacked(hex"01", peaks[i - 1], root));
        }
    }
}
