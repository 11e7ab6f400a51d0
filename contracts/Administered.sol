// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAdministered} from "./IAdministered.sol";

/// @title The government of IAdministered, for a contract that changes only by proposals to itself
abstract contract Administered is IAdministered {
    uint256 private constant MOST_ADMINISTRATORS = 32;
    uint256 private constant MOST_CALLS = 16;

    /// Seconds after which a proposal lapses, and the longest delay.
    uint64 private constant LIFE = 30 days;

    struct Proposal {
        address proposer;
        uint32 approvals;
        uint32 term;
        uint64 readyAt;
        uint64 lapsesAt;
        bool executed;
        bool cancelled;
        bytes[] calls;
    }

    address private _guardian;
    address private _successor;
    address[] private _administrators;
    mapping(uint32 term => mapping(address account => bool)) private _governs;
    mapping(bytes32 content => uint256 count) private _rounds;
    mapping(bytes32 id => Proposal) private _proposals;
    mapping(bytes32 id => mapping(address administrator => bool)) private _approved;
    bytes32[] private _ids;

    // Last, so that what the contract above declares first shares their slot and is read with them.
    uint32 private _threshold;
    uint32 private _term;
    uint64 private _delay;
    bool internal _paused;

    constructor(address[] memory administrators_, uint32 threshold, uint64 delay_, address guardian_) {
        _setAdministrators(administrators_, threshold);
        _setDelay(delay_);
        _setGuardian(guardian_);
    }

    modifier onlyAdministrator() {
        require(_governs[_term][msg.sender], NotAdministrator(msg.sender));
        _;
    }

    modifier byProposal() {
        require(msg.sender == address(this), NotByProposal(msg.sender));
        _;
    }

    /// @inheritdoc IAdministered
    function propose(bytes[] calldata calls) external onlyAdministrator returns (bytes32 id) {
        require(calls.length != 0 && calls.length <= MOST_CALLS, CallCountWrong(calls.length));
        for (uint256 i = 0; i < calls.length; i++) {
            require(_isGoverning(bytes4(calls[i])), CallForeign(bytes4(calls[i])));
        }
        bytes32 content = keccak256(abi.encode(block.chainid, address(this), msg.sender, calls));
        uint256 round = _rounds[content];
        if (round != 0) {
            bytes32 before = keccak256(abi.encode(content, round));
            ProposalState state = _stateOf(_proposals[before]);
            require(state != ProposalState.OPEN && state != ProposalState.READY, ProposedAlready(before));
        }
        _rounds[content] = ++round;
        id = keccak256(abi.encode(content, round));
        Proposal storage made = _proposals[id];
        made.proposer = msg.sender;
        made.term = _term;
        made.lapsesAt = uint64(block.timestamp) + LIFE;
        made.calls = calls;
        _ids.push(id);
        emit Proposed(id, msg.sender, calls);
        _approve(id, made);
    }

    /// @inheritdoc IAdministered
    function approve(bytes32 id) external onlyAdministrator {
        Proposal storage found = _proposals[id];
        ProposalState state = _stateOf(found);
        require(state == ProposalState.OPEN || state == ProposalState.READY, ProposalNotIn(id, state));
        require(!_approved[id][msg.sender], ApprovedAlready(id, msg.sender));
        _approve(id, found);
    }

    /// @inheritdoc IAdministered
    function execute(bytes32 id) external onlyAdministrator {
        Proposal storage found = _proposals[id];
        ProposalState state = _stateOf(found);
        require(state == ProposalState.READY, ProposalNotIn(id, state));
        require(block.timestamp >= found.readyAt, TooEarly(id, found.readyAt));
        found.executed = true;
        for (uint256 i = 0; i < found.calls.length; i++) {
            _perform(found.calls[i]);
        }
        emit Executed(id, msg.sender);
    }

    /// @inheritdoc IAdministered
    function cancel(bytes32 id) external onlyAdministrator {
        Proposal storage found = _proposals[id];
        ProposalState state = _stateOf(found);
        require(state == ProposalState.OPEN || state == ProposalState.READY, ProposalNotIn(id, state));
        require(found.proposer == msg.sender, NotProposer(msg.sender));
        found.cancelled = true;
        emit Cancelled(id);
    }

    /// @inheritdoc IAdministered
    function pause() external {
        require(msg.sender == _guardian, NotGuardian(msg.sender));
        require(!_paused, PausedNow());
        _paused = true;
        emit Paused(msg.sender);
    }

    /// @inheritdoc IAdministered
    function unpause() external byProposal {
        require(_paused, NotPaused());
        _paused = false;
        emit Unpaused();
    }

    /// @inheritdoc IAdministered
    function setAdministrators(address[] calldata administrators_, uint32 threshold) external byProposal {
        _setAdministrators(administrators_, threshold);
    }

    /// @inheritdoc IAdministered
    function setDelay(uint64 delay_) external byProposal {
        _setDelay(delay_);
    }

    /// @inheritdoc IAdministered
    function setGuardian(address guardian_) external byProposal {
        _setGuardian(guardian_);
    }

    /// @inheritdoc IAdministered
    function announceSuccessor(address successor_) external byProposal {
        require(successor_ != address(0) && successor_ != address(this), SuccessorUnfit(successor_));
        _successor = successor_;
        emit SuccessorAnnounced(successor_);
    }

    /// @inheritdoc IAdministered
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @inheritdoc IAdministered
    function administrators() external view returns (address[] memory accounts, uint32 threshold) {
        return (_administrators, _threshold);
    }

    /// @inheritdoc IAdministered
    function delay() external view returns (uint64) {
        return _delay;
    }

    /// @inheritdoc IAdministered
    function guardian() external view returns (address) {
        return _guardian;
    }

    /// @inheritdoc IAdministered
    function successor() external view returns (address) {
        return _successor;
    }

    /// @inheritdoc IAdministered
    function proposals() external view returns (bytes32[] memory) {
        return _ids;
    }

    /// @inheritdoc IAdministered
    function proposal(bytes32 id)
        external
        view
        returns (ProposalState, address, uint32, uint64, uint64, bytes[] memory)
    {
        Proposal storage found = _proposals[id];
        return (_stateOf(found), found.proposer, found.approvals, found.readyAt, found.lapsesAt, found.calls);
    }

    /// @inheritdoc IAdministered
    function approved(bytes32 id, address administrator) external view returns (bool) {
        return _approved[id][administrator];
    }

    /// Count the caller's approval; the last one needed begins the delay.
    function _approve(bytes32 id, Proposal storage found) private {
        _approved[id][msg.sender] = true;
        found.approvals++;
        if (found.readyAt == 0 && found.approvals >= _threshold) {
            uint64 readyAt = uint64(block.timestamp) + _delay;
            found.readyAt = readyAt;
            found.lapsesAt = readyAt + LIFE;
        }
        emit Approved(id, msg.sender);
    }

    /// Call this contract itself; what it refuses is refused in its own words.
    function _perform(bytes memory call) private {
        (bool done, bytes memory answer) = address(this).call(call);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function _setAdministrators(address[] memory accounts, uint32 threshold) private {
        uint256 count = accounts.length;
        require(count != 0 && count <= MOST_ADMINISTRATORS, AdministratorCountWrong(count));
        require(threshold != 0 && threshold <= count, ThresholdWrong(threshold, count));
        uint32 term = ++_term;
        for (uint256 i = 0; i < count; i++) {
            address account = accounts[i];
            require(account != address(0) && account != address(this), AdministratorUnfit(account));
            require(!_governs[term][account], AdministratorRepeated(account));
            _governs[term][account] = true;
        }
        _administrators = accounts;
        _threshold = threshold;
        emit AdministratorsChanged(accounts, threshold);
    }

    function _setDelay(uint64 delay_) private {
        require(delay_ <= LIFE, DelayTooLong(delay_));
        _delay = delay_;
        emit DelayChanged(delay_);
    }

    function _setGuardian(address guardian_) private {
        require(guardian_ != address(0), GuardianMissing());
        _guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    function _stateOf(Proposal storage found) private view returns (ProposalState) {
        if (found.proposer == address(0)) return ProposalState.UNKNOWN;
        if (found.executed) return ProposalState.EXECUTED;
        if (found.cancelled) return ProposalState.CANCELLED;
        if (found.term != _term || block.timestamp >= found.lapsesAt) return ProposalState.LAPSED;
        return found.readyAt == 0 ? ProposalState.OPEN : ProposalState.READY;
    }

    /// Whether a call of this selector changes how this contract is governed; the contract above adds its own.
    function _isGoverning(bytes4 selector) internal view virtual returns (bool) {
        return selector == this.setAdministrators.selector || selector == this.setDelay.selector
            || selector == this.setGuardian.selector || selector == this.unpause.selector
            || selector == this.announceSuccessor.selector;
    }
}
