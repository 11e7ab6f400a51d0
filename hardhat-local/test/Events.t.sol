// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IOrganizationRegistry} from "../contracts/IOrganizationRegistry.sol";
import {TwoOfThreeTest} from "./TwoOfThree.sol";

/// What Administered and OrganizationRegistry tell. The events are declared here again, as a reader of the chain knows them:
/// one with a field that is indexed no longer, or of another type, is another event.
contract EventsTest is TwoOfThreeTest {
    event AdministratorsChanged(address[] administrators, uint32 threshold);
    event DelayChanged(uint64 delay);
    event GuardianChanged(address guardian);
    event Paused(address guardian);
    event Unpaused();
    event SuccessorAnnounced(address successor);
    event Proposed(bytes32 indexed id, address indexed administrator, bytes[] calls);
    event Approved(bytes32 indexed id, address indexed administrator);
    event Executed(bytes32 indexed id, address indexed administrator);
    event Cancelled(bytes32 indexed id);
    event KeyGranted(
        bytes32 indexed organization, bytes32 indexed key, uint8 roles, uint64 validFrom, uint64 validUntil
    );
    event KeyRevoked(bytes32 indexed organization, bytes32 indexed key, uint64 validUntil);
    event KeyCompromised(bytes32 indexed organization, bytes32 indexed key, uint64 since);
    event QuorumChanged(uint8 quorum);

    bytes32 private constant COURT = keccak256("court");
    bytes32 private constant SPKI = keccak256("statement key");

    function test_a_proposal_is_told_with_its_id_who_made_it_and_its_calls() external {
        vm.expectEmit(address(_registry));
        emit Proposed(idOf(FIRST, 1), FIRST, _calls);
        proposed();
    }

    function test_the_approval_of_who_proposes_is_told() external {
        vm.expectEmit(address(_registry));
        emit Approved(idOf(FIRST, 1), FIRST);
        proposed();
    }

    function test_an_approval_is_told_with_who_gave_it() external {
        bytes32 id = proposed();
        vm.expectEmit(address(_registry));
        emit Approved(id, SECOND);
        vm.prank(SECOND);
        _registry.approve(id);
    }

    function test_an_execution_is_told_with_who_did_it() external {
        bytes32 id = approvedByTwo();
        vm.warp(NOW + DELAY);
        vm.expectEmit(address(_registry));
        emit Executed(id, THIRD);
        vm.prank(THIRD);
        _registry.execute(id);
    }

    function test_what_is_taken_back_is_told() external {
        bytes32 id = proposed();
        vm.expectEmit(address(_registry));
        emit Cancelled(id);
        vm.prank(FIRST);
        _registry.cancel(id);
    }

    function test_new_administrators_are_told() external {
        bytes32 id = expectOf(abi.encodeCall(_registry.setAdministrators, (three(), 3)));
        emit AdministratorsChanged(three(), 3);
        execute(id);
    }

    function test_a_new_delay_is_told() external {
        bytes32 id = expectOf(abi.encodeCall(_registry.setDelay, (5 days)));
        emit DelayChanged(5 days);
        execute(id);
    }

    function test_a_new_guardian_is_told() external {
        bytes32 id = expectOf(abi.encodeCall(_registry.setGuardian, (THIRD)));
        emit GuardianChanged(THIRD);
        execute(id);
    }

    function test_a_successor_is_told() external {
        bytes32 id = expectOf(abi.encodeCall(_registry.announceSuccessor, (address(0xbeef))));
        emit SuccessorAnnounced(address(0xbeef));
        execute(id);
    }

    function test_a_pause_is_told_with_the_guardian() external {
        vm.expectEmit(address(_registry));
        emit Paused(GUARDIAN);
        vm.prank(GUARDIAN);
        _registry.pause();
    }

    function test_the_end_of_a_pause_is_told() external {
        vm.prank(GUARDIAN);
        _registry.pause();
        bytes32 id = expectOf(abi.encodeCall(_registry.unpause, ()));
        emit Unpaused();
        execute(id);
    }

    function test_a_granted_key_is_told_with_its_window() external {
        bytes32 id = expectOf(grant(NOW + 20 days));
        emit KeyGranted(COURT, SPKI, SPEAKER, NOW + DELAY, NOW + 20 days);
        execute(id);
    }

    function test_the_end_of_a_key_is_told() external {
        execute(due(grant(0)));
        bytes32 id = expectOf(abi.encodeCall(_registry.revoke, (COURT, SPKI)));
        emit KeyRevoked(COURT, SPKI, uint64(block.timestamp));
        execute(id);
    }

    function test_a_compromise_is_told_with_its_moment() external {
        execute(due(grant(0)));
        bytes32 id = expectOf(abi.encodeCall(_registry.markCompromised, (COURT, SPKI, NOW + 7)));
        emit KeyCompromised(COURT, SPKI, NOW + 7);
        execute(id);
    }

    function test_a_new_quorum_is_told() external {
        bytes32 id = expectOf(abi.encodeCall(_registry.setQuorum, (9)));
        emit QuorumChanged(9);
        execute(id);
    }

    /// Have `call` approved, wait for the delay, and expect the event that the caller emits next of its execution.
    function expectOf(bytes memory call) private returns (bytes32 id) {
        id = due(call);
        vm.expectEmit(address(_registry));
    }

    /// Have `call` approved, and wait for the delay.
    function due(bytes memory call) private returns (bytes32 id) {
        _calls[0] = call;
        id = approvedByTwo();
        vm.warp(block.timestamp + DELAY);
    }

    function execute(bytes32 id) private {
        vm.prank(FIRST);
        _registry.execute(id);
    }

    function grant(uint64 until) private view returns (bytes memory) {
        return abi.encodeCall(_registry.grant, (IOrganizationRegistry.Grant(COURT, SPKI, SPEAKER, 0, until)));
    }
}
