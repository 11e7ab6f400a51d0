// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {EvidenceLog} from "../contracts/EvidenceLog.sol";
import {IEvidenceLog} from "../contracts/IEvidenceLog.sol";
import {IOrganizationRegistry} from "../contracts/IOrganizationRegistry.sol";
import {OrganizationRegistry} from "../contracts/OrganizationRegistry.sol";
import {FoundedTest} from "./Founded.sol";
import {PlainTree} from "./PlainTree.sol";

/// Two of three organizations countersign; number i has the secret i + 1 and the id i + 1.
contract CountersignedTest is FoundedTest {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    OrganizationRegistry private _registry;
    EvidenceLog private _log;
    bytes32[] private _none;
    bytes32[] private _leaves;

    function setUp() external {
        IOrganizationRegistry.Founding memory founding = alone();
        founding.quorum = 2;
        founding.grants = new IOrganizationRegistry.Grant[](4);
        founding.grants[0] = IOrganizationRegistry.Grant(OPERATOR, keyOf(address(this)), SUBMITTER, 0, 0);
        for (uint256 i = 1; i < 4; i++) {
            founding.grants[i] = IOrganizationRegistry.Grant(bytes32(i), keyOf(vm.addr(i)), WITNESS, 0, 0);
        }
        _registry = new OrganizationRegistry(founding);
        _log = new EvidenceLog(_registry, OPERATOR);
        _leaves = PlainTree.leavesOf("seed", 3);
    }

    function testFuzz_two_different_witnesses_are_enough(uint256 first, uint256 second) external {
        first = bound(first, 1, 2);
        second = bound(second, first + 1, 3);
        bytes32 root = PlainTree.root(_leaves);
        _log.append(_none, _leaves, two(first, second, 1, 3, root));
        bytes32[] memory more = PlainTree.leavesOf("seed", 5);
        bytes32[] memory proof = PlainTree.proof(more, 3);
        root = PlainTree.root(more);
        _log.extend(5, root, proof, two(first, second, 2, 5, root));
        (uint64 size, bytes32 held, uint64 seq) = _log.head();
        assertEq(5, size);
        assertEq(root, held);
        assertEq(2, seq);
    }

    function test_the_plain_functions_do_not_reach_a_quorum() external {
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.QuorumNotReached.selector, 2, 0));
        _log.append(_none, _leaves);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceLog.QuorumNotReached.selector, 2, 0));
        _log.extend(3, "root", _none);
    }

    function test_one_witness_does_not_reach_a_quorum_of_two() external {
        IEvidenceLog.Countersignature[] memory one = new IEvidenceLog.Countersignature[](1);
        one[0] = signed(1, 1, 3, PlainTree.root(_leaves));
        refuse(one, abi.encodeWithSelector(IEvidenceLog.QuorumNotReached.selector, 2, 1));
    }

    function test_one_organization_twice_is_refused() external {
        refuse(
            two(1, 1, 1, 3, PlainTree.root(_leaves)),
            abi.encodeWithSelector(IEvidenceLog.OrganizationsNotAscending.selector, bytes32(uint256(1)))
        );
    }

    function test_organizations_out_of_order_are_refused() external {
        refuse(
            two(2, 1, 1, 3, PlainTree.root(_leaves)),
            abi.encodeWithSelector(IEvidenceLog.OrganizationsNotAscending.selector, bytes32(uint256(1)))
        );
    }

    function testFuzz_a_signature_for_another_growth_is_refused(uint64 seq, uint64 size, bytes32 root) external {
        bytes32 real = PlainTree.root(_leaves);
        if (seq == 1 && size == 3 && root == real) return;
        refuseSigner(two(1, 2, seq, size, root), digest(_log, 1, 3, real));
    }

    function test_a_signature_for_another_log_is_refused() external {
        bytes32 root = PlainTree.root(_leaves);
        EvidenceLog other = new EvidenceLog(_registry, OPERATOR);
        IEvidenceLog.Countersignature[] memory given = two(1, 2, 1, 3, root);
        given[0].signature = packed(1, digest(other, 1, 3, root));
        refuseSigner(given, digest(_log, 1, 3, root));
    }

    function test_a_signature_for_another_chain_is_refused() external {
        bytes32 root = PlainTree.root(_leaves);
        IEvidenceLog.Countersignature[] memory given = two(1, 2, 1, 3, root);
        given[0].signature = packed(1, digestOn(block.chainid + 1, address(_log), 1, 3, root));
        refuseSigner(given, digest(_log, 1, 3, root));
    }

    function testFuzz_who_is_no_witness_is_refused(uint256 secret) external {
        secret = bound(secret, 4, ORDER - 1);
        bytes32 root = PlainTree.root(_leaves);
        IEvidenceLog.Countersignature[] memory given = two(1, 2, 1, 3, root);
        given[1].signature = packed(secret, digest(_log, 1, 3, root));
        refuse(given, notWitness(2, vm.addr(secret)));
    }

    function test_a_witness_does_not_sign_for_another_organization() external {
        bytes32 root = PlainTree.root(_leaves);
        IEvidenceLog.Countersignature[] memory given = two(1, 2, 1, 3, root);
        given[1].signature = packed(3, digest(_log, 1, 3, root));
        refuse(given, notWitness(2, vm.addr(3)));
    }

    function test_a_witness_whose_key_ended_is_refused() external {
        govern(_registry, abi.encodeCall(_registry.revoke, (bytes32(uint256(2)), keyOf(vm.addr(2)))));
        refuse(two(1, 2, 1, 3, PlainTree.root(_leaves)), notWitness(2, vm.addr(2)));
    }

    function test_the_other_form_of_a_signature_is_refused() external {
        bytes32 root = PlainTree.root(_leaves);
        IEvidenceLog.Countersignature[] memory given = two(1, 2, 1, 3, root);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(1, digest(_log, 1, 3, root));
        given[0].signature = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        refuse(given, malformed());
    }

    function testFuzz_a_signature_of_another_length_is_refused(uint8 length) external {
        if (length == 65) return;
        IEvidenceLog.Countersignature[] memory given = two(1, 2, 1, 3, PlainTree.root(_leaves));
        given[0].signature = new bytes(length);
        refuse(given, malformed());
    }

    function testFuzz_a_signature_with_another_v_is_refused(uint8 v) external {
        if (v == 27 || v == 28) return;
        bytes32 root = PlainTree.root(_leaves);
        IEvidenceLog.Countersignature[] memory given = two(1, 2, 1, 3, root);
        (, bytes32 r, bytes32 s) = vm.sign(1, digest(_log, 1, 3, root));
        given[0].signature = abi.encodePacked(r, s, v);
        refuse(given, malformed());
    }

    function test_zeros_are_nobodys_signature() external {
        IEvidenceLog.Countersignature[] memory given = two(1, 2, 1, 3, PlainTree.root(_leaves));
        given[0].signature = abi.encodePacked(bytes32(0), bytes32(0), uint8(27));
        refuse(given, malformed());
    }

    function test_a_bad_one_beyond_the_quorum_is_refused_as_well() external {
        bytes32 root = PlainTree.root(_leaves);
        IEvidenceLog.Countersignature[] memory given = new IEvidenceLog.Countersignature[](3);
        for (uint256 i = 0; i < 3; i++) {
            given[i] = signed(i + 1, 1, 3, root);
        }
        given[2].signature = packed(2, digest(_log, 1, 3, root));
        refuse(given, notWitness(3, vm.addr(2)));
    }

    function test_without_a_quorum_all_that_are_given_must_hold() external {
        govern(_registry, abi.encodeCall(_registry.setQuorum, (0)));
        IEvidenceLog.Countersignature[] memory given = new IEvidenceLog.Countersignature[](1);
        given[0] = signed(1, 1, 3, PlainTree.root(_leaves));
        given[0].signature = packed(2, digest(_log, 1, 3, PlainTree.root(_leaves)));
        refuse(given, notWitness(1, vm.addr(2)));
        given[0] = signed(1, 1, 3, PlainTree.root(_leaves));
        _log.append(_none, _leaves, given);
    }

    function refuse(IEvidenceLog.Countersignature[] memory given, bytes memory refusal) private {
        vm.expectRevert(refusal);
        _log.append(_none, _leaves, given);
    }

    /// What was not signed recovers to some account, which is no witness.
    function refuseSigner(IEvidenceLog.Countersignature[] memory given, bytes32 real) private {
        bytes memory signature = given[0].signature;
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        refuse(given, notWitness(1, ecrecover(real, uint8(signature[64]), r, s)));
    }

    function two(uint256 first, uint256 second, uint64 seq, uint64 size, bytes32 root)
        private
        view
        returns (IEvidenceLog.Countersignature[] memory given)
    {
        given = new IEvidenceLog.Countersignature[](2);
        given[0] = signed(first, seq, size, root);
        given[1] = signed(second, seq, size, root);
    }

    function signed(uint256 who, uint64 seq, uint64 size, bytes32 root)
        private
        view
        returns (IEvidenceLog.Countersignature memory)
    {
        return IEvidenceLog.Countersignature(bytes32(who), packed(who, digest(_log, seq, size, root)));
    }

    function packed(uint256 secret, bytes32 hash) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, hash);
        return abi.encodePacked(r, s, v);
    }

    function digest(EvidenceLog log, uint64 seq, uint64 size, bytes32 root) private view returns (bytes32) {
        return digestOn(block.chainid, address(log), seq, size, root);
    }

    function digestOn(uint256 chain, address log, uint64 seq, uint64 size, bytes32 root)
        private
        pure
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Yinxin EvidenceLog"),
                keccak256("1"),
                chain,
                log
            )
        );
        bytes32 body = keccak256(
            abi.encode(keccak256("Checkpoint(uint64 seq,uint64 size,bytes32 root)"), seq, size, root)
        );
        return keccak256(abi.encodePacked(hex"1901", domain, body));
    }

    function notWitness(uint256 organization, address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IOrganizationRegistry.NotPermitted.selector, bytes32(organization), keyOf(account), WITNESS
        );
    }

    function malformed() private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEvidenceLog.SignatureMalformed.selector, bytes32(uint256(1)));
    }
}
