import GanzhiTestSupport
import Testing

/// What the built program does for its users, with real brokers, files and processes.
///
/// One after the other: each test has the machine for itself, as far as this process decides about it.
@Suite(.serialized) struct ProgramTests {}

extension Trait where Self == ConditionTrait {
    /// Runs a test where a broker and its clients are installed.
    static var needsBroker: Self {
        .enabled(if: MosquittoClients.areInstalled, Comment(rawValue: MosquittoClients.absence))
    }

    /// Runs a test where the real sensor data is.
    static var needsSharedData: Self { .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)) }
}
