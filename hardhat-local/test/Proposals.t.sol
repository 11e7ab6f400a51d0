// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAdministered} from "../contracts/IAdministered.sol";
import {OrganizationRegistry} from "../contracts/OrganizationRegistry.sol";
import {TwoOfThreeTest} from "./TwoOfThree.sol";

/// The life of a proposal: made, approved, waited for, executed, taken back, lapsed.
contract ProposalsTest is TwoOfThreeTest {
    function test_two_of_three_change_something_after_the_delay() external {
        bytes32 id = approvedByTwo();
        vm.warp(NOW + DELAY);
        vm.prank(THIRD);
        _registry.execute(id);
        assertEq(2, _registry.quorum());
        assertState(id, IAdministered.ProposalState.EXECUTED);
    }

    function test_one_alone_with_a_threshold_of_one_still_proposes_and_executes() external {
        OrganizationRegistry own = new OrganizationRegistry(alone());
        vm.expectRevert(abi.encodeWithSelector(IAdministered.NotByProposal.selector, address(this)));
        own.setQuorum(1);
        bytes32 id = own.propose(_calls);
        assertEq(0, own.quorum());
        own.execute(id);
        assertEq(2, own.quorum());
    }

    function testFuzz_an_execution_before_the_delay_is_refused(uint64 time) external {
        bytes32 id = approvedByTwo();
        time = uint64(bound(time, NOW, NOW + DELAY - 1));
        vm.warp(time);
        refuseExecution(id, abi.encodeWithSelector(IAdministered.TooEarly.selector, id, NOW + DELAY));
    }

    function test_the_delay_begins_with_the_last_approval_needed() external {
        bytes32 id = proposed();
        vm.warp(NOW + 10 days);
        vm.prank(SECOND);
        _registry.approve(id);
        uint64 readyAt = NOW + 10 days + DELAY;
        refuseExecution(id, abi.encodeWithSelector(IAdministered.TooEarly.selector, id, readyAt));
    }

    function test_an_approval_beyond_those_needed_moves_no_date() external {
        bytes32 id = approvedByTwo();
        vm.warp(NOW + DELAY - 1);
        vm.prank(THIRD);
        _registry.approve(id);
        (,, uint32 approvals, uint64 readyAt, uint64 lapsesAt,) = _registry.proposal(id);
        assertEq(3, approvals);
        assertEq(NOW + DELAY, readyAt);
        assertEq(NOW + DELAY + LIFE, lapsesAt);
        vm.warp(NOW + DELAY);
        vm.prank(FIRST);
        _registry.execute(id);
    }

    function test_an_execution_without_the_approvals_is_refused() external {
        bytes32 id = proposed();
        vm.warp(NOW + DELAY);
        refuseExecution(id, notIn(id, IAdministered.ProposalState.OPEN));
    }

    function test_a_second_execution_is_refused() external {
        bytes32 id = approvedByTwo();
        vm.warp(NOW + DELAY);
        vm.prank(FIRST);
        _registry.execute(id);
        refuseExecution(id, notIn(id, IAdministered.ProposalState.EXECUTED));
    }

    function test_a_second_approval_by_the_same_administrator_is_refused() external {
        bytes32 id = proposed();
        vm.expectRevert(abi.encodeWithSelector(IAdministered.ApprovedAlready.selector, id, FIRST));
        vm.prank(FIRST);
        _registry.approve(id);
    }

    function testFuzz_a_stranger_governs_nothing(address stranger) external {
        if (stranger == FIRST || stranger == SECOND || stranger == THIRD) return;
        bytes32 id = approvedByTwo();
        bytes memory refusal = abi.encodeWithSelector(IAdministered.NotAdministrator.selector, stranger);
        vm.expectRevert(refusal);
        vm.prank(stranger);
        _registry.propose(_calls);
        vm.expectRevert(refusal);
        vm.prank(stranger);
        _registry.approve(id);
        vm.expectRevert(refusal);
        vm.prank(stranger);
        _registry.execute(id);
        vm.expectRevert(refusal);
        vm.prank(stranger);
        _registry.cancel(id);
    }

    function testFuzz_an_unknown_proposal_is_refused(bytes32 id) external {
        bytes memory refusal = notIn(id, IAdministered.ProposalState.UNKNOWN);
        vm.expectRevert(refusal);
        vm.prank(FIRST);
        _registry.approve(id);
        refuseExecution(id, refusal);
    }

    function test_an_open_proposal_lapses_and_can_be_made_anew() external {
        bytes32 id = proposed();
        vm.warp(NOW + LIFE);
        vm.expectRevert(notIn(id, IAdministered.ProposalState.LAPSED));
        vm.prank(SECOND);
        _registry.approve(id);
        vm.prank(FIRST);
        bytes32 anew = _registry.propose(_calls);
        require(anew != id);
        assertState(anew, IAdministered.ProposalState.OPEN);
    }

    function test_an_approved_proposal_lapses_after_its_delay() external {
        bytes32 id = approvedByTwo();
        vm.warp(NOW + DELAY + LIFE);
        refuseExecution(id, notIn(id, IAdministered.ProposalState.LAPSED));
    }

    function test_a_retry_by_who_proposed_is_refused_and_harmless() external {
        bytes32 id = proposed();
        vm.expectRevert(abi.encodeWithSelector(IAdministered.ProposedAlready.selector, id));
        vm.prank(FIRST);
        _registry.propose(_calls);
        vm.prank(SECOND);
        _registry.approve(id);
        vm.expectRevert(abi.encodeWithSelector(IAdministered.ProposedAlready.selector, id));
        vm.prank(FIRST);
        _registry.propose(_calls);
        assertState(id, IAdministered.ProposalState.READY);
        assertEq(1, _registry.proposals().length);
    }

    function test_the_same_calls_by_two_proposers_are_two_proposals() external {
        bytes32 one = proposed();
        vm.prank(SECOND);
        bytes32 other = _registry.propose(_calls);
        require(one != other);
        assertState(one, IAdministered.ProposalState.OPEN);
        assertState(other, IAdministered.ProposalState.OPEN);
    }

    function test_the_same_calls_to_another_registry_are_another_proposal() external {
        OrganizationRegistry one = new OrganizationRegistry(alone());
        OrganizationRegistry other = new OrganizationRegistry(alone());
        require(one.propose(_calls) != other.propose(_calls));
    }

    function test_the_same_calls_on_another_chain_are_another_proposal() external {
        bytes32 here = proposed();
        vm.prank(FIRST);
        _registry.cancel(here);
        vm.chainId(block.chainid + 1);
        bytes32 there = proposed();
        require(there != here);
        assertEq(idOf(FIRST, 1), there);
    }

    function test_a_stolen_key_does_not_hold_up_its_own_removal() external {
        address[] memory others = new address[](2);
        (others[0], others[1]) = (SECOND, THIRD);
        _calls[0] = abi.encodeCall(_registry.setAdministrators, (others, 2));
        bytes32 thiefs = proposed();
        vm.prank(SECOND);
        bytes32 id = _registry.propose(_calls);
        vm.prank(THIRD);
        _registry.approve(id);
        vm.prank(FIRST);
        _registry.cancel(thiefs);
        vm.expectRevert(abi.encodeWithSelector(IAdministered.NotProposer.selector, FIRST));
        vm.prank(FIRST);
        _registry.cancel(id);
        vm.warp(NOW + DELAY);
        vm.prank(SECOND);
        _registry.execute(id);
        vm.expectRevert(abi.encodeWithSelector(IAdministered.NotAdministrator.selector, FIRST));
        vm.prank(FIRST);
        _registry.propose(_calls);
    }

    function test_who_proposed_takes_it_back_and_nobody_else() external {
        bytes32 id = approvedByTwo();
        vm.expectRevert(abi.encodeWithSelector(IAdministered.NotProposer.selector, SECOND));
        vm.prank(SECOND);
        _registry.cancel(id);
        vm.prank(FIRST);
        _registry.cancel(id);
        vm.warp(NOW + DELAY);
        refuseExecution(id, notIn(id, IAdministered.ProposalState.CANCELLED));
    }

    function test_a_proposal_of_which_one_call_fails_changes_nothing() external {
        _calls.push(abi.encodeCall(_registry.unpause, ()));
        bytes32 id = approvedByTwo();
        vm.warp(NOW + DELAY);
        refuseExecution(id, abi.encodeWithSelector(IAdministered.NotPaused.selector));
        assertEq(0, _registry.quorum());
        assertState(id, IAdministered.ProposalState.READY);
    }

    function test_new_administrators_close_what_the_old_ones_proposed() external {
        bytes32 open = approvedByTwo();
        address[] memory others = new address[](1);
        others[0] = THIRD;
        _calls[0] = abi.encodeCall(_registry.setAdministrators, (others, 1));
        bytes32 id = approvedByTwo();
        vm.warp(NOW + DELAY);
        vm.prank(FIRST);
        _registry.execute(id);
        vm.expectRevert(abi.encodeWithSelector(IAdministered.NotAdministrator.selector, FIRST));
        vm.prank(FIRST);
        _registry.execute(open);
        vm.expectRevert(notIn(open, IAdministered.ProposalState.LAPSED));
        vm.prank(THIRD);
        _registry.execute(open);
    }
}
