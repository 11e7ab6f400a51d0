// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IOrganizationRegistry} from "../contracts/IOrganizationRegistry.sol";
import {OrganizationRegistry} from "../contracts/OrganizationRegistry.sol";
import {ContractTest} from "./Vm.sol";

/// @title Registries for the contracts that stand under one
abstract contract FoundedTest is ContractTest {
    uint8 internal constant SUBMITTER = 1;
    uint8 internal constant ISSUER_ROLE = 2;
    uint8 internal constant WITNESS = 4;
    uint8 internal constant SPEAKER = 8;

    // Not sha256: that is a call of its own, and would take the prank meant for the next one.
    bytes32 internal constant OPERATOR = keccak256("operator");

    /// A registry that this test governs alone, without a delay, where `account` submits and issues for `organization`.
    function founded(bytes32 organization, address account) internal returns (OrganizationRegistry) {
        IOrganizationRegistry.Founding memory founding = alone();
        founding.grants = new IOrganizationRegistry.Grant[](1);
        founding.grants[0] =
            IOrganizationRegistry.Grant(organization, keyOf(account), SUBMITTER | ISSUER_ROLE, 0, 0);
        return new OrganizationRegistry(founding);
    }

    /// This test as the only administrator and the guardian, without a delay, a quorum or a key.
    function alone() internal view returns (IOrganizationRegistry.Founding memory founding) {
        founding.administrators = new address[](1);
        founding.administrators[0] = address(this);
        founding.threshold = 1;
        founding.guardian = address(this);
    }

    /// Propose one call to a registry that this test governs alone, and carry it out.
    function govern(OrganizationRegistry registry, bytes memory call) internal {
        registry.execute(registry.propose(listed(call)));
    }

    function listed(bytes memory call) internal pure returns (bytes[] memory calls) {
        calls = new bytes[](1);
        calls[0] = call;
    }

    function keyOf(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
