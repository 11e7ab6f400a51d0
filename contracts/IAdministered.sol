// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title A contract that several organizations govern, and one guardian can pause
/// @notice Administrators, k of n, govern by proposals: one of them proposes, k approve (the proposer's counts), the delay
/// passes, and one executes. A proposal lapses LIFE seconds (30 days) after it was made, or after it became ready; a change
/// of the administrators or of their threshold closes every other proposal. The guardian can pause and do nothing else. No
/// proxy stands before the contract: whoever follows it is announced by `announceSuccessor`.
///
/// All times are seconds since 1970-01-01 UTC, compared with the time of the block.
interface IAdministered {
    /// @notice Where a proposal is in its life.
    /// @dev UNKNOWN was never made; OPEN waits for approvals; READY has them, and may wait for the delay; EXECUTED was
    /// carried out; CANCELLED was taken back; LAPSED is too old, or the administrators have changed since.
    enum ProposalState {
        UNKNOWN,
        OPEN,
        READY,
        EXECUTED,
        CANCELLED,
        LAPSED
    }

    /// @notice The administrators, and how many of them must approve, changed.
    event AdministratorsChanged(address[] administrators, uint32 threshold);

    /// @notice The delay changed, in seconds.
    event DelayChanged(uint64 delay);

    /// @notice The guardian changed.
    event GuardianChanged(address guardian);

    /// @notice The guardian paused the log and the register.
    event Paused(address guardian);

    /// @notice The administrators ended the pause.
    event Unpaused();

    /// @notice Another registry follows this one.
    event SuccessorAnnounced(address successor);

    /// @notice An administrator proposed calls to this contract.
    event Proposed(bytes32 indexed id, address indexed administrator, bytes[] calls);

    /// @notice An administrator approved a proposal.
    event Approved(bytes32 indexed id, address indexed administrator);

    /// @notice A proposal was carried out.
    event Executed(bytes32 indexed id, address indexed administrator);

    /// @notice A proposal was taken back.
    event Cancelled(bytes32 indexed id);

    /// @notice Nothing grows and nothing changes while the guardian's pause lasts.
    error PausedNow();

    /// @notice There is no pause to end.
    error NotPaused();

    /// @notice Only an administrator does this.
    /// @param caller The account that tried
    error NotAdministrator(address caller);

    /// @notice Only the guardian pauses.
    /// @param caller The account that tried
    error NotGuardian(address caller);

    /// @notice Only who proposed takes a proposal back.
    /// @param caller The account that tried
    error NotProposer(address caller);

    /// @notice This changes only through a proposal that is executed.
    /// @param caller The account that tried
    error NotByProposal(address caller);

    /// @notice An administrator cannot be the zero address, or this contract.
    /// @param administrator The address given
    error AdministratorUnfit(address administrator);

    /// @notice An administrator is named once.
    /// @param administrator The account named twice
    error AdministratorRepeated(address administrator);

    /// @notice There are 1 to 32 administrators.
    /// @param count The number given
    error AdministratorCountWrong(uint256 count);

    /// @notice The threshold lies between 1 and the number of administrators.
    /// @param threshold The number given
    /// @param count Administrators
    error ThresholdWrong(uint32 threshold, uint256 count);

    /// @notice The delay is at most 30 days.
    /// @param delay Seconds given
    error DelayTooLong(uint64 delay);

    /// @notice The guardian cannot be the zero address.
    error GuardianMissing();

    /// @notice A successor is another contract.
    /// @param successor The address given
    error SuccessorUnfit(address successor);

    /// @notice A proposal holds 1 to 16 calls.
    /// @param count The number given
    error CallCountWrong(uint256 count);

    /// @notice A proposal calls only what governs this contract.
    /// @param selector First four bytes of the call
    error CallForeign(bytes4 selector);

    /// @notice The caller has proposed the same calls already.
    /// @param id The caller's proposal that holds them
    error ProposedAlready(bytes32 id);

    /// @notice This cannot be done with a proposal in its present state.
    /// @param id The proposal
    /// @param state Its state
    error ProposalNotIn(bytes32 id, ProposalState state);

    /// @notice An administrator approves once.
    /// @param id The proposal
    /// @param administrator Who approved it before
    error ApprovedAlready(bytes32 id, address administrator);

    /// @notice The delay has not passed.
    /// @param id The proposal
    /// @param readyAt First second in which it can be executed
    error TooEarly(bytes32 id, uint64 readyAt);

    /// @notice Propose calls to this contract; the proposer approves by it.
    /// @dev The id is content: it names these calls, who proposes them, this contract, this chain, and how often the same
    /// administrator proposed them before. So an approval cannot be moved to other calls by a reorganization, and a retry is
    /// refused and harmless. The same calls by two administrators are two proposals: nobody keeps what others propose
    /// waiting by proposing it first, or stops it by taking his own back.
    /// Reverts with NotAdministrator, CallCountWrong, CallForeign or ProposedAlready.
    /// @param calls ABI-encoded calls, in the order in which they are carried out, all or none
    /// @return id The proposal
    function propose(bytes[] calldata calls) external returns (bytes32 id);

    /// @notice Approve a proposal.
    /// @dev Reverts with NotAdministrator, ProposalNotIn or ApprovedAlready.
    /// @param id The proposal
    function approve(bytes32 id) external;

    /// @notice Carry a proposal out, all of its calls or none.
    /// @dev Reverts with NotAdministrator, ProposalNotIn, TooEarly, or as the refused call does.
    /// @param id The proposal
    function execute(bytes32 id) external;

    /// @notice Take a proposal back.
    /// @dev Reverts with NotAdministrator, ProposalNotIn or NotProposer.
    /// @param id The proposal
    function cancel(bytes32 id) external;

    /// @notice Stop every growth and every change at once.
    /// @dev Reverts with NotGuardian or PausedNow.
    function pause() external;

    /// @notice End a pause; by proposal alone.
    function unpause() external;

    /// @notice Replace all administrators and their threshold; by proposal alone.
    /// @dev Reverts with AdministratorCountWrong, AdministratorUnfit, AdministratorRepeated or ThresholdWrong.
    function setAdministrators(address[] calldata administrators, uint32 threshold) external;

    /// @notice Change the delay, in seconds, for what becomes ready from now on; by proposal alone.
    function setDelay(uint64 delay) external;

    /// @notice Replace the guardian; by proposal alone.
    function setGuardian(address guardian) external;

    /// @notice Announce the registry that follows this one; by proposal alone. Nothing else changes by it.
    function announceSuccessor(address successor) external;

    /// @notice Whether a pause lasts.
    function paused() external view returns (bool);

    /// @notice The administrators in the order they were named, and how many of them must approve.
    function administrators() external view returns (address[] memory accounts, uint32 threshold);

    /// @notice Seconds between the last approval needed and the execution.
    function delay() external view returns (uint64);

    /// @notice The only account that can pause.
    function guardian() external view returns (address);

    /// @notice The registry that follows this one; zero while none is announced.
    function successor() external view returns (address);

    /// @notice Every proposal ever made, in order.
    function proposals() external view returns (bytes32[] memory);

    /// @notice One proposal.
    /// @return state Where it is in its life
    /// @return proposer Who made it
    /// @return approvals Administrators who approved it
    /// @return readyAt First second in which it can be executed; 0 while approvals are missing
    /// @return lapsesAt First second in which it can no longer be approved or executed
    /// @return calls What it asks for
    function proposal(bytes32 id)
        external
        view
        returns (
            ProposalState state,
            address proposer,
            uint32 approvals,
            uint64 readyAt,
            uint64 lapsesAt,
            bytes[] memory calls
        );

    /// @notice Whether an administrator approved a proposal.
    function approved(bytes32 id, address administrator) external view returns (bool);
}
