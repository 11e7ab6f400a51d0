// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IOrganizationRegistry} from "../contracts/IOrganizationRegistry.sol";
import {OrganizationRegistry} from "../contracts/OrganizationRegistry.sol";
import {FoundedTest} from "./Founded.sol";

contract OrganizationRegistryTest is FoundedTest {
    bytes32 private constant AGENCY = keccak256("agency");
    bytes32 private constant COURT = keccak256("court");
    bytes32 private constant SPKI = keccak256("statement key");
    address private constant ACCOUNT = address(0xacc);
    uint64 private constant NOW = 1_800_000_000;

    OrganizationRegistry private _registry;

    function setUp() external {
        vm.warp(NOW);
        _registry = founded(AGENCY, ACCOUNT);
    }

    function test_a_founded_key_acts_from_the_block_that_took_it() external view {
        assertPermits(false, AGENCY, keyOf(ACCOUNT), SUBMITTER, NOW - 1);
        assertPermits(true, AGENCY, keyOf(ACCOUNT), SUBMITTER, NOW);
        assertPermits(true, AGENCY, keyOf(ACCOUNT), SUBMITTER | ISSUER_ROLE, NOW);
    }

    function testFuzz_a_key_acts_in_its_roles_alone(uint8 roles, uint8 asked) external {
        roles = uint8(bound(roles, 1, 15));
        grant(COURT, keyOf(address(0xbee)), roles, 0, 0);
        bool expected = asked != 0 && roles & asked == asked;
        assertPermits(expected, COURT, keyOf(address(0xbee)), asked, NOW);
    }

    function testFuzz_a_window_ends_before_its_last_second(uint64 from, uint64 until, uint64 time) external {
        from = uint64(bound(from, NOW, 2 * NOW));
        until = uint64(bound(until, from + 1, 3 * NOW));
        grant(COURT, SPKI, SPEAKER, from, until);
        assertPermits(from <= time && time < until, COURT, SPKI, SPEAKER, time);
        assertPermits(true, COURT, SPKI, SPEAKER, from);
        assertPermits(true, COURT, SPKI, SPEAKER, until - 1);
        assertPermits(false, COURT, SPKI, SPEAKER, until);
    }

    function test_a_window_that_ends_now_is_over() external {
        grant(COURT, keyOf(address(0xbee)), SUBMITTER, 0, NOW + 10);
        vm.warp(NOW + 9);
        _registry.requirePermitted(COURT, keyOf(address(0xbee)), SUBMITTER);
        vm.warp(NOW + 10);
        vm.expectRevert(notPermitted(COURT, keyOf(address(0xbee)), SUBMITTER));
        _registry.requirePermitted(COURT, keyOf(address(0xbee)), SUBMITTER);
    }

    function testFuzz_what_a_compromised_key_did_before_stands_and_nothing_after(uint64 since, uint64 time) external {
        vm.warp(NOW + 1000);
        since = uint64(bound(since, NOW, NOW + 1000));
        time = uint64(bound(time, NOW, NOW + 2000));
        compromise(since);
        assertPermits(time < since, AGENCY, keyOf(ACCOUNT), SUBMITTER, time);
    }

    function test_a_compromise_is_dated_back_further_and_never_taken_back() external {
        vm.warp(NOW + 1000);
        compromise(NOW + 500);
        compromise(NOW + 400);
        refuse(
            abi.encodeCall(_registry.markCompromised, (AGENCY, keyOf(ACCOUNT), NOW + 450)),
            abi.encodeWithSelector(IOrganizationRegistry.CompromiseDateWrong.selector, NOW + 450)
        );
    }

    function testFuzz_a_compromise_of_the_future_is_refused(uint64 since) external {
        since = uint64(bound(since, NOW + 1, type(uint64).max));
        refuse(
            abi.encodeCall(_registry.markCompromised, (AGENCY, keyOf(ACCOUNT), since)),
            abi.encodeWithSelector(IOrganizationRegistry.CompromiseDateWrong.selector, since)
        );
    }

    function test_a_revoked_key_acted_until_then() external {
        vm.warp(NOW + 100);
        govern(_registry, abi.encodeCall(_registry.revoke, (AGENCY, keyOf(ACCOUNT))));
        assertPermits(true, AGENCY, keyOf(ACCOUNT), SUBMITTER, NOW + 99);
        assertPermits(false, AGENCY, keyOf(ACCOUNT), SUBMITTER, NOW + 100);
    }

    function test_a_key_ends_before_the_end_that_was_granted() external {
        grant(COURT, SPKI, SPEAKER, 0, NOW + 1000);
        vm.warp(NOW + 100);
        govern(_registry, abi.encodeCall(_registry.revoke, (COURT, SPKI)));
        assertPermits(true, COURT, SPKI, SPEAKER, NOW + 99);
        assertPermits(false, COURT, SPKI, SPEAKER, NOW + 100);
    }

    function test_a_key_ends_once() external {
        govern(_registry, abi.encodeCall(_registry.revoke, (AGENCY, keyOf(ACCOUNT))));
        refuse(
            abi.encodeCall(_registry.revoke, (AGENCY, keyOf(ACCOUNT))),
            abi.encodeWithSelector(IOrganizationRegistry.KeyEnded.selector, AGENCY, keyOf(ACCOUNT))
        );
    }

    function test_an_ended_key_is_not_granted_again() external {
        govern(_registry, abi.encodeCall(_registry.revoke, (AGENCY, keyOf(ACCOUNT))));
        refuseGrant(
            IOrganizationRegistry.Grant(AGENCY, keyOf(ACCOUNT), SUBMITTER, 0, 0),
            abi.encodeWithSelector(IOrganizationRegistry.KeyGrantedBefore.selector, AGENCY, keyOf(ACCOUNT))
        );
    }

    function test_a_key_that_was_never_granted_is_not_ended_and_not_marked() external {
        bytes memory unknown = abi.encodeWithSelector(IOrganizationRegistry.KeyUnknown.selector, COURT, SPKI);
        refuse(abi.encodeCall(_registry.revoke, (COURT, SPKI)), unknown);
        refuse(abi.encodeCall(_registry.markCompromised, (COURT, SPKI, NOW)), unknown);
    }

    function testFuzz_roles_beyond_the_four_are_refused(uint8 roles) external {
        roles = roles % 16 == 0 ? 0 : uint8(bound(roles, 16, 255));
        refuseGrant(
            IOrganizationRegistry.Grant(COURT, SPKI, roles, 0, 0),
            abi.encodeWithSelector(IOrganizationRegistry.RolesUnknown.selector, roles)
        );
    }

    function testFuzz_only_an_account_submits_issues_or_countersigns(uint8 roles, bytes32 key) external {
        roles = uint8(bound(roles, 1, 15));
        key = bytes32(uint256(key) | 1 << 255);
        if (roles == SPEAKER) return;
        refuseGrant(
            IOrganizationRegistry.Grant(COURT, key, roles, 0, 0),
            abi.encodeWithSelector(IOrganizationRegistry.KeyNotAnAccount.selector, key)
        );
    }

    function test_no_organization_and_no_key_are_refused() external {
        refuseGrant(
            IOrganizationRegistry.Grant(0, SPKI, SPEAKER, 0, 0),
            abi.encodeWithSelector(IOrganizationRegistry.OrganizationMissing.selector)
        );
        refuseGrant(
            IOrganizationRegistry.Grant(COURT, 0, SPEAKER, 0, 0),
            abi.encodeWithSelector(IOrganizationRegistry.KeyMissing.selector)
        );
    }

    function testFuzz_a_window_in_the_past_or_without_a_second_is_refused(uint64 from, uint64 until) external {
        from = uint64(bound(from, 1, NOW - 1));
        refuseGrant(
            IOrganizationRegistry.Grant(COURT, SPKI, SPEAKER, from, 0),
            abi.encodeWithSelector(IOrganizationRegistry.WindowWrong.selector, from, 0)
        );
        until = uint64(bound(until, 1, NOW));
        refuseGrant(
            IOrganizationRegistry.Grant(COURT, SPKI, SPEAKER, 0, until),
            abi.encodeWithSelector(IOrganizationRegistry.WindowWrong.selector, 0, until)
        );
    }

    function test_a_witness_key_stands_for_one_organization() external {
        grant(COURT, keyOf(address(0xbee)), WITNESS, 0, 0);
        bytes memory another =
            abi.encodeWithSelector(IOrganizationRegistry.KeyOfAnother.selector, keyOf(address(0xbee)), COURT);
        refuseGrant(IOrganizationRegistry.Grant(AGENCY, keyOf(address(0xbee)), WITNESS, 0, 0), another);
        refuseGrant(IOrganizationRegistry.Grant(AGENCY, keyOf(address(0xbee)), SUBMITTER, 0, 0), another);
    }

    function test_a_key_of_another_organization_becomes_no_witness() external {
        refuseGrant(
            IOrganizationRegistry.Grant(COURT, keyOf(ACCOUNT), WITNESS, 0, 0),
            abi.encodeWithSelector(IOrganizationRegistry.KeyOfAnother.selector, keyOf(ACCOUNT), AGENCY)
        );
    }

    function test_one_account_may_issue_for_two_organizations() external {
        grant(COURT, keyOf(ACCOUNT), ISSUER_ROLE, 0, 0);
        assertPermits(true, COURT, keyOf(ACCOUNT), ISSUER_ROLE, NOW);
    }

    function testFuzz_nobody_changes_a_key_or_the_quorum_without_a_proposal(address caller) external {
        if (caller == address(_registry)) return;
        bytes memory refusal = abi.encodeWithSignature("NotByProposal(address)", caller);
        vm.expectRevert(refusal);
        vm.prank(caller);
        _registry.grant(IOrganizationRegistry.Grant(COURT, SPKI, SPEAKER, 0, 0));
        vm.expectRevert(refusal);
        vm.prank(caller);
        _registry.revoke(AGENCY, keyOf(ACCOUNT));
        vm.expectRevert(refusal);
        vm.prank(caller);
        _registry.markCompromised(AGENCY, keyOf(ACCOUNT), NOW);
        vm.expectRevert(refusal);
        vm.prank(caller);
        _registry.setQuorum(0);
    }

    function testFuzz_a_quorum_is_told_to_who_asks(uint8 quorum) external {
        govern(_registry, abi.encodeCall(_registry.setQuorum, (quorum)));
        assertEq(quorum, _registry.quorum());
        assertEq(quorum, _registry.requirePermitted(AGENCY, keyOf(ACCOUNT), SUBMITTER));
    }

    function test_a_pause_stops_acts_and_not_the_memory_of_them() external {
        _registry.pause();
        assertPermits(true, AGENCY, keyOf(ACCOUNT), SUBMITTER, NOW);
        vm.expectRevert(abi.encodeWithSignature("PausedNow()"));
        _registry.requirePermitted(AGENCY, keyOf(ACCOUNT), SUBMITTER);
    }

    function grant(bytes32 organization, bytes32 key, uint8 roles, uint64 from, uint64 until) private {
        IOrganizationRegistry.Grant memory granted =
            IOrganizationRegistry.Grant(organization, key, roles, from, until);
        govern(_registry, abi.encodeCall(_registry.grant, (granted)));
    }

    function compromise(uint64 since) private {
        govern(_registry, abi.encodeCall(_registry.markCompromised, (AGENCY, keyOf(ACCOUNT), since)));
    }

    function refuseGrant(IOrganizationRegistry.Grant memory granted, bytes memory refusal) private {
        refuse(abi.encodeCall(_registry.grant, (granted)), refusal);
    }

    function refuse(bytes memory call, bytes memory refusal) private {
        bytes32 id = _registry.propose(listed(call));
        vm.expectRevert(refusal);
        _registry.execute(id);
    }

    function notPermitted(bytes32 organization, bytes32 key, uint8 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IOrganizationRegistry.NotPermitted.selector, organization, key, role);
    }

    function assertPermits(bool expected, bytes32 organization, bytes32 key, uint8 role, uint64 time) private view {
        assertEq(expected ? 1 : 0, _registry.permits(organization, key, role, time) ? 1 : 0);
    }
}
