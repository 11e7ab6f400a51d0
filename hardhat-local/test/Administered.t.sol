// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAdministered} from "../contracts/IAdministered.sol";
import {TwoOfThreeTest} from "./TwoOfThree.sol";

/// What may be proposed, who administers, and the guardian.
contract AdministeredTest is TwoOfThreeTest {
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
}
