// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The cheat codes of the test chain that these tests use
interface Vm {
    function prank(address sender) external;
    function warp(uint256 time) external;
    function chainId(uint256 id) external;
    function expectRevert(bytes calldata revertData) external;
    function addr(uint256 secret) external pure returns (address account);
    function sign(uint256 secret, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function expectEmit(address emitter) external;
}

/// @title What every contract test stands on
abstract contract ContractTest {
    /// The address at which the test chain answers cheat codes: keccak256("hevm cheat code").
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error Differs(bytes32 expected, bytes32 actual);

    function assertEq(bytes32 expected, bytes32 actual) internal pure {
        require(expected == actual, Differs(expected, actual));
    }

    function assertEq(uint256 expected, uint256 actual) internal pure {
        assertEq(bytes32(expected), bytes32(actual));
    }

    /// `value` brought between `least` and `most`, both included.
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + value % (most - least + 1);
    }
}
