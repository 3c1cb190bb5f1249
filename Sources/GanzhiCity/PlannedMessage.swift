public import GanzhiModel

/// One message of the simulated city, to be published at a time.
public struct PlannedMessage: Sendable, Hashable {
    /// When it is published, since the start of the run.
    public var at: TimeSpan
    /// Where to: `{root}/readings/{district}/{device}`.
    public var topic: String
    /// MQTT 5 content type: ``nativeContentType`` or ``senMLContentType``.
    public var contentType: String
    /// The payload's bytes.
    public var payload: [UInt8]
    /// What it is meant to be.
    public var kind: Kind
    /// What is broken in a malformed message; `nil` for others.
    public var fault: PayloadFault?
    /// The metric of its readings.
    public var metric: String
    /// Readings that a decoder finds in it: 0 when malformed, as it must be refused whole.
    public var readings: Int
    /// Of the readings: with a clock so far ahead that they must be quarantined.
    public var ahead: Int
    /// Of the readings: duplicates by the rule of the ledger, the same time and value as one of the last eight
    /// readings of their series that were neither quarantined nor duplicates.
    public var duplicates: Int
    /// Of the readings that are neither: older than a reading of their series that was published before, so that
    /// they may be late.
    public var disordered: Int

    /// The content type of native JSON.
    public static let nativeContentType = "application/json"
    /// The content type of SenML JSON.
    public static let senMLContentType = "application/senml+json"

    /// What a message is meant to be.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// As it should be.
        case good
        /// Overtaken by a later message of its device.
        case disordered
        /// Sent a second time, whatever the first one was.
        case duplicate
        /// From a device whose clock is an hour ahead.
        case ahead
        /// From a device whose clock is an hour behind.
        case behind
        /// Must be refused whole.
        case malformed
    }
}
