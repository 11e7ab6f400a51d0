// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAdministered} from "../contracts/IAdministered.sol";
import {IOrganizationRegistry} from "../contracts/IOrganizationRegistry.sol";
import {OrganizationRegistry} from "../contracts/OrganizationRegistry.sol";
import {FoundedTest} from "./Founded.sol";

/// @title A registry that two of three administrators govern, with a delay of two days
abstract contract TwoOfThreeTest is FoundedTest {
    address internal constant FIRST = address(0xa1);
    address internal constant SECOND = address(0xa2);
    address internal constant THIRD = address(0xa3);
    address internal constant GUARDIAN = address(0xca);
    uint64 internal constant NOW = 1_800_000_000;
    uint64 internal constant DELAY = 2 days;
    uint64 internal constant LIFE = 30 days;

    OrganizationRegistry internal _registry;
    bytes[] internal _calls;

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

    function proposed() internal returns (bytes32) {
        vm.prank(FIRST);
        return _registry.propose(_calls);
    }

    function approvedByTwo() internal returns (bytes32 id) {
        id = proposed();
        vm.prank(SECOND);
        _registry.approve(id);
    }

    /// The id of the `round`th proposal of `_calls` by `proposer`, as anybody can compute it.
    function idOf(address proposer, uint256 round) internal view returns (bytes32) {
        bytes32 content = keccak256(abi.encode(block.chainid, address(_registry), proposer, _calls));
        return keccak256(abi.encode(content, round));
    }

    function refuseExecution(bytes32 id, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        vm.prank(FIRST);
        _registry.execute(id);
    }

    function three() internal pure returns (address[] memory accounts) {
        accounts = new address[](3);
        (accounts[0], accounts[1], accounts[2]) = (FIRST, SECOND, THIRD);
    }

    function notIn(bytes32 id, IAdministered.ProposalState state) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAdministered.ProposalNotIn.selector, id, state);
    }

    function assertState(bytes32 id, IAdministered.ProposalState expected) internal view {
        (IAdministered.ProposalState state,,,,,) = _registry.proposal(id);
        assertEq(uint256(expected), uint256(state));
    }
}
