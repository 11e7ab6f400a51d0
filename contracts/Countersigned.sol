// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IEvidenceLog} from "./IEvidenceLog.sol";
import {IOrganizationRegistry} from "./IOrganizationRegistry.sol";

/// @title The countersignatures under one growth of a log
library Countersigned {
    /// The role of IOrganizationRegistry that countersigns.
    uint8 private constant WITNESS = 4;

    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant CHECKPOINT = keccak256("Checkpoint(uint64 seq,uint64 size,bytes32 root)");

    /// Half of the order of secp256k1: of the two signatures that one can be written as, only the lower counts (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Refuse a list of which any does not hold.
    function check(
        IOrganizationRegistry registry,
        uint64 seq,
        uint64 size,
        bytes32 root,
        IEvidenceLog.Countersignature[] calldata given
    ) internal view {
        bytes32 signed = digest(seq, size, root);
        bytes32 last;
        for (uint256 i = 0; i < given.length; i++) {
            bytes32 organization = given[i].organization;
            require(organization > last, IEvidenceLog.OrganizationsNotAscending(organization));
            last = organization;
            address signer = recover(signed, given[i].signature);
            require(signer != address(0), IEvidenceLog.SignatureMalformed(organization));
            registry.requirePermitted(organization, bytes32(uint256(uint160(signer))), WITNESS);
        }
    }

    /// The EIP-712 digest of a checkpoint of the calling contract.
    function digest(uint64 seq, uint64 size, bytes32 root) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN, keccak256("Yinxin EvidenceLog"), keccak256("1"), block.chainid, address(this))
        );
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(CHECKPOINT, seq, size, root))));
    }

    /// The account that signed, or zero for a signature that is not well-formed.
    function recover(bytes32 signed, bytes calldata signature) private pure returns (address) {
        if (signature.length != 65) {
            return address(0);
        }
        bytes32 s = bytes32(signature[32:64]);
        uint8 v = uint8(signature[64]);
        if (uint256(s) > HALF_ORDER || (v != 27 && v != 28)) {
            return address(0);
        }
        return ecrecover(signed, v, bytes32(signature[:32]), s);
    }
}
