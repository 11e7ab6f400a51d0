// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAdministered} from "../contracts/IAdministered.sol";
import {IOrganizationRegistry} from "../contracts/IOrganizationRegistry.sol";
import {IStatusRegister} from "../contracts/IStatusRegister.sol";
import {OrganizationRegistry} from "../contracts/OrganizationRegistry.sol";
import {StatusRegister} from "../contracts/StatusRegister.sol";
import {FoundedTest} from "./Founded.sol";

contract StatusRegisterTest is FoundedTest {
    uint8 private constant NONE = 0;
    uint8 private constant SUSPENDED = 1;
    uint8 private constant REVOKED = 2;
    uint8 private constant SUPERSEDED = 3;

    // Not sha256: that is a call of its own, and would take the prank meant for the next one.
    bytes32 private constant ISSUER = keccak256("issuer");
    bytes32 private constant KEY = keccak256("certificate");
    address private constant ACCOUNT = address(0xacc);
    uint64 private constant NOW = 1_800_000_000;

    OrganizationRegistry private _registry;
    StatusRegister private _register;

    function setUp() external {
        vm.warp(NOW);
        _registry = founded(ISSUER, ACCOUNT);
        _register = new StatusRegister(_registry);
    }

    function testFuzz_absence_means_no_exception(bytes32 issuer, bytes32 key) external view {
        (uint8 state, uint32 version, uint16 reason, uint64 time) = _register.exception(issuer, key);
        assertEq(0, uint256(state) + version + reason + time);
    }

    function testFuzz_a_change_is_kept_with_its_reason_and_time(bytes32 key, uint16 reason, uint64 time) external {
        time = uint64(bound(time, NOW, type(uint64).max));
        vm.warp(time);
        vm.prank(ACCOUNT);
        _register.change(ISSUER, key, SUSPENDED, reason);
        assertException(key, SUSPENDED, 1, reason, time);
    }

    function testFuzz_a_change_tells_what_changed(bytes32 key, uint16 reason) external {
        vm.expectEmit(address(_register));
        emit IStatusRegister.StatusChanged(ISSUER, key, REVOKED, 1, reason);
        vm.prank(ACCOUNT);
        _register.change(ISSUER, key, REVOKED, reason);
    }

    function test_a_suspension_is_reversible_and_versions_count_up() external {
        change(SUSPENDED, 7);
        change(NONE, 8);
        change(SUSPENDED, 9);
        assertException(KEY, SUSPENDED, 3, 9, NOW);
    }

    function test_a_suspended_certificate_can_be_revoked() external {
        change(SUSPENDED, 7);
        change(REVOKED, 8);
        assertException(KEY, REVOKED, 2, 8, NOW);
    }

    function test_a_superseded_certificate_can_be_revoked() external {
        change(SUPERSEDED, 7);
        change(REVOKED, 8);
        assertException(KEY, REVOKED, 2, 8, NOW);
    }

    function testFuzz_a_revoked_certificate_stays_revoked(uint8 state, uint16 reason) external {
        change(REVOKED, 7);
        vm.expectRevert(abi.encodeWithSelector(IStatusRegister.AlreadyRevoked.selector, KEY));
        change(uint8(bound(state, NONE, SUPERSEDED)), reason);
    }

    function test_a_repeat_is_refused() external {
        change(SUSPENDED, 7);
        vm.expectRevert(abi.encodeWithSelector(IStatusRegister.NothingToChange.selector, KEY, SUSPENDED));
        change(SUSPENDED, 7);
    }

    function test_the_reason_of_a_suspension_can_be_corrected() external {
        change(SUSPENDED, 7);
        change(SUSPENDED, 8);
        assertException(KEY, SUSPENDED, 2, 8, NOW);
    }

    function testFuzz_an_unknown_state_is_refused(uint8 state) external {
        state = uint8(bound(state, SUPERSEDED + 1, type(uint8).max));
        vm.expectRevert(abi.encodeWithSelector(IStatusRegister.StateUnknown.selector, state));
        change(state, 7);
    }

    function testFuzz_a_stranger_cannot_change(address stranger) external {
        if (stranger == ACCOUNT) return;
        vm.expectRevert(notPermitted(ISSUER, stranger));
        vm.prank(stranger);
        _register.change(ISSUER, KEY, SUSPENDED, 7);
    }

    function testFuzz_an_account_acts_for_its_own_issuer_alone(bytes32 issuer) external {
        if (issuer == ISSUER) return;
        vm.expectRevert(notPermitted(issuer, ACCOUNT));
        vm.prank(ACCOUNT);
        _register.change(issuer, KEY, SUSPENDED, 7);
    }

    function test_issuers_do_not_share_keys() external {
        change(SUSPENDED, 7);
        (uint8 state,,,) = _register.exception(keccak256("another issuer"), KEY);
        assertEq(NONE, state);
    }

    function test_a_revoked_account_can_no_longer_change() external {
        govern(_registry, abi.encodeCall(_registry.revoke, (ISSUER, keyOf(ACCOUNT))));
        vm.expectRevert(notPermitted(ISSUER, ACCOUNT));
        change(SUSPENDED, 7);
    }

    function test_a_submitter_alone_changes_nothing() external {
        address submitter = address(0xbee);
        IOrganizationRegistry.Grant memory granted =
            IOrganizationRegistry.Grant(ISSUER, keyOf(submitter), SUBMITTER, 0, 0);
        govern(_registry, abi.encodeCall(_registry.grant, (granted)));
        vm.expectRevert(notPermitted(ISSUER, submitter));
        vm.prank(submitter);
        _register.change(ISSUER, KEY, SUSPENDED, 7);
    }

    function test_nothing_changes_while_paused() external {
        _registry.pause();
        vm.expectRevert(abi.encodeWithSelector(IAdministered.PausedNow.selector));
        change(SUSPENDED, 7);
    }

    function test_a_register_without_a_registry_is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(IStatusRegister.RegistryMissing.selector, address(0xdead)));
        new StatusRegister(IOrganizationRegistry(address(0xdead)));
    }

    function testFuzz_a_batch_changes_each_certificate(uint8 count, uint16 reason) external {
        IStatusRegister.Change[] memory changes = batch(bound(count, 1, 40), reason);
        vm.prank(ACCOUNT);
        _register.changeBatch(ISSUER, changes);
        for (uint256 i = 0; i < changes.length; i++) {
            assertException(changes[i].key, changes[i].state, 1, reason, NOW);
        }
    }

    function test_a_batch_with_one_refused_change_changes_nothing() external {
        change(REVOKED, 7);
        IStatusRegister.Change[] memory changes = batch(3, 8);
        changes[2].key = KEY;
        vm.expectRevert(abi.encodeWithSelector(IStatusRegister.AlreadyRevoked.selector, KEY));
        vm.prank(ACCOUNT);
        _register.changeBatch(ISSUER, changes);
        assertException(changes[0].key, NONE, 0, 0, 0);
    }

    function test_an_empty_batch_is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(IStatusRegister.ChangesMissing.selector));
        vm.prank(ACCOUNT);
        _register.changeBatch(ISSUER, new IStatusRegister.Change[](0));
    }

    function testFuzz_a_stranger_cannot_change_a_batch(address stranger) external {
        if (stranger == ACCOUNT) return;
        vm.expectRevert(notPermitted(ISSUER, stranger));
        vm.prank(stranger);
        _register.changeBatch(ISSUER, batch(1, 7));
    }

    function notPermitted(bytes32 issuer, address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IOrganizationRegistry.NotPermitted.selector, issuer, keyOf(account), ISSUER_ROLE
        );
    }

    function change(uint8 state, uint16 reason) private {
        vm.prank(ACCOUNT);
        _register.change(ISSUER, KEY, state, reason);
    }

    function batch(uint256 count, uint16 reason) private pure returns (IStatusRegister.Change[] memory changes) {
        changes = new IStatusRegister.Change[](count);
        for (uint256 i = 0; i < count; i++) {
            changes[i] = IStatusRegister.Change(keccak256(abi.encode(i)), uint8(i % 3) + 1, reason);
        }
    }

    function assertException(bytes32 key, uint8 state, uint32 version, uint16 reason, uint64 time) private view {
        (uint8 state_, uint32 version_, uint16 reason_, uint64 time_) = _register.exception(ISSUER, key);
        assertEq(state, state_);
        assertEq(version, version_);
        assertEq(reason, reason_);
        assertEq(time, time_);
    }
}
