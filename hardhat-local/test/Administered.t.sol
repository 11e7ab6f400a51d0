// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAdministered} from "../contracts/IAdministered.sol";
import {IOrganizationRegistry} from "../contracts/IOrganizationRegistry.sol";
import {OrganizationRegistry} from "../contracts/OrganizationRegistry.sol";
import {FoundedTest} from "./Founded.sol";

contract AdministeredTest is FoundedTest {
    address private constant FIRST = address(0xa1);
    address private constant SECOND = address(0xa2);
    address private constant THIRD = address(0xa3);
    address private constant GUARDIAN = address(0xca);
    uint64 private constant NOW = 1_800_000_000;
    uint64 private constant DELAY = 2 days;
    uint64 private constant LIFE = 30 days;

    OrganizationRegistry private _registry;
    bytes[] private _calls;

    /// Two of three, with a delay of two days.
    function setUp() external {
        vm.warp(NOW);
        IOrganizationRegistry.Founding memory founding;
        founding.administrators = three();
        founding.threshold = 2;
        founding.delay = DELAY;
        founding.guardian = GUARDIAN;
        _registry = new OrganizationRegistry(founding);
        _calls.push(abi.encodeCall(_registry.setQuorum, (2)));
    }

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

    function test_the_same_calls_are_proposed_once_at_a_time() external {
        bytes32 id = proposed();
        vm.expectRevert(abi.encodeWithSelector(IAdministered.ProposedAlready.selector, id));
        vm.prank(SECOND);
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

    function testFuzz_a_call_that_governs_nothing_is_refused(bytes4 selector) external {
        bytes memory quorum = abi.encodeCall(_registry.setQuorum, (2));
        if (selector == bytes4(quorum)) return;
        for (uint256 i = 0; i < 6; i++) {
            bytes4 foreign = [
                selector,
                _registry.propose.selector,
                _registry.approve.selector,
                _registry.execute.selector,
                _registry.pause.selector,
                _registry.requirePermitted.selector
            ][i];
            if (i == 0 && governs(selector)) continue;
            vm.expectRevert(abi.encodeWithSelector(IAdministered.CallForeign.selector, foreign));
            vm.prank(FIRST);
            _registry.propose(listed(abi.encodePacked(foreign)));
        }
    }

    function testFuzz_no_calls_and_too_many_are_refused(uint8 count) external {
        if (count > 0 && count <= 16) return;
        vm.expectRevert(abi.encodeWithSelector(IAdministered.CallCountWrong.selector, count));
        vm.prank(FIRST);
        _registry.propose(new bytes[](count));
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

    function test_duplicate_administrators_are_refused() external {
        address[] memory listed_ = three();
        listed_[2] = FIRST;
        refuseAdministrators(listed_, 2, abi.encodeWithSelector(IAdministered.AdministratorRepeated.selector, FIRST));
    }

    function test_the_zero_address_and_the_registry_itself_are_no_administrators() external {
        address[] memory listed_ = three();
        listed_[1] = address(0);
        refuseAdministrators(
            listed_, 2, abi.encodeWithSelector(IAdministered.AdministratorUnfit.selector, address(0))
        );
        listed_[1] = address(_registry);
        refuseAdministrators(
            listed_, 2, abi.encodeWithSelector(IAdministered.AdministratorUnfit.selector, address(_registry))
        );
    }

    function testFuzz_a_threshold_of_none_or_more_than_there_are_is_refused(uint32 threshold) external {
        if (threshold > 0 && threshold <= 3) return;
        refuseAdministrators(
            three(), threshold, abi.encodeWithSelector(IAdministered.ThresholdWrong.selector, threshold, 3)
        );
    }

    function test_no_administrators_and_too_many_are_refused() external {
        refuseAdministrators(
            new address[](0), 1, abi.encodeWithSelector(IAdministered.AdministratorCountWrong.selector, 0)
        );
        refuseAdministrators(
            new address[](33), 1, abi.encodeWithSelector(IAdministered.AdministratorCountWrong.selector, 33)
        );
    }

    function testFuzz_a_delay_beyond_thirty_days_is_refused(uint64 delay) external {
        delay = uint64(bound(delay, LIFE + 1, type(uint64).max));
        refuseGoverning(
            abi.encodeCall(_registry.setDelay, (delay)),
            abi.encodeWithSelector(IAdministered.DelayTooLong.selector, delay)
        );
    }

    function test_no_guardian_and_an_unfit_successor_are_refused() external {
        refuseGoverning(
            abi.encodeCall(_registry.setGuardian, (address(0))),
            abi.encodeWithSelector(IAdministered.GuardianMissing.selector)
        );
        refuseGoverning(
            abi.encodeCall(_registry.announceSuccessor, (address(_registry))),
            abi.encodeWithSelector(IAdministered.SuccessorUnfit.selector, address(_registry))
        );
    }

    function test_a_successor_is_announced() external {
        _calls[0] = abi.encodeCall(_registry.announceSuccessor, (address(0xbeef)));
        bytes32 id = approvedByTwo();
        vm.warp(NOW + DELAY);
        vm.prank(FIRST);
        _registry.execute(id);
        assertEq(uint160(address(0xbeef)), uint160(_registry.successor()));
    }

    function testFuzz_only_the_guardian_pauses(address stranger) external {
        if (stranger == GUARDIAN) return;
        vm.expectRevert(abi.encodeWithSelector(IAdministered.NotGuardian.selector, stranger));
        vm.prank(stranger);
        _registry.pause();
    }

    function test_the_guardian_cannot_end_its_pause() external {
        vm.prank(GUARDIAN);
        _registry.pause();
        vm.expectRevert(abi.encodeWithSelector(IAdministered.PausedNow.selector));
        vm.prank(GUARDIAN);
        _registry.pause();
        vm.expectRevert(abi.encodeWithSelector(IAdministered.NotByProposal.selector, GUARDIAN));
        vm.prank(GUARDIAN);
        _registry.unpause();
    }

    function proposed() private returns (bytes32) {
        vm.prank(FIRST);
        return _registry.propose(_calls);
    }

    function approvedByTwo() private returns (bytes32 id) {
        id = proposed();
        vm.prank(SECOND);
        _registry.approve(id);
    }

    function refuseExecution(bytes32 id, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(FIRST);
        _registry.execute(id);
    }

    function refuseAdministrators(address[] memory listed_, uint32 threshold, bytes memory refusal) private {
        refuseGoverning(abi.encodeCall(_registry.setAdministrators, (listed_, threshold)), refusal);
    }

    function refuseGoverning(bytes memory call, bytes memory refusal) private {
        _calls[0] = call;
        bytes32 id = approvedByTwo();
        vm.warp(block.timestamp + DELAY);
        refuseExecution(id, refusal);
        vm.prank(FIRST);
        _registry.cancel(id);
    }

    function governs(bytes4 selector) private view returns (bool) {
        return selector == _registry.grant.selector || selector == _registry.revoke.selector
            || selector == _registry.markCompromised.selector || selector == _registry.setAdministrators.selector
            || selector == _registry.setDelay.selector || selector == _registry.setGuardian.selector
            || selector == _registry.unpause.selector || selector == _registry.announceSuccessor.selector;
    }

    function three() private pure returns (address[] memory accounts) {
        accounts = new address[](3);
        (accounts[0], accounts[1], accounts[2]) = (FIRST, SECOND, THIRD);
    }

    function notIn(bytes32 id, IAdministered.ProposalState state) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAdministered.ProposalNotIn.selector, id, state);
    }

    function assertState(bytes32 id, IAdministered.ProposalState expected) private view {
        (IAdministered.ProposalState state,,,,,) = _registry.proposal(id);
        assertEq(uint256(expected), uint256(state));
    }
}
