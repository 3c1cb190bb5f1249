public import GanzhiModel

/// Turns the payloads of one feed into readings.
///
/// A value without hidden state: the same payloads give the same readings. What it keeps is memory to work in.
public struct FeedDecoder: Sendable {
    /// The feed it reads for.
    public let definition: FeedDefinition
    private var native = NativeDecoder()
    private var senml = SenMLDecoder()
    private let mapped: MappedDecoder?

    /// Creates a decoder.
    public init(definition: FeedDefinition) {
        self.definition = definition
        mapped = definition.mapping.map(MappedDecoder.init)
    }

    /// Decodes one payload, or one line of a file, and adds its readings to the batch, all of them or none.
    ///
    /// - Parameters:
    ///   - topic: The topic it was published to; empty for lines of a file.
    ///   - contentType: The MQTT 5 content type; empty where there is none.
    ///   - payload: The bytes; not read outside, not kept.
    ///   - received: When it arrived; `nil` for lines of a plain file, whose `received` member then counts.
    ///   - batch: Takes the readings.
    /// - Returns: Why it was refused, if it was, and what a line says about its arrival.
    /// - Complexity: O(bytes). Native JSON and SenML allocate nothing once the batch has grown.
    public mutating func decode(
        topic: String,
        contentType: String,
        payload: UnsafeRawBufferPointer,
        received: Timestamp?,
        into batch: inout DecodedBatch
    ) -> DecodeOutcome {
        guard !payload.isEmpty else { return DecodeOutcome(rejection: .emptyPayload) }
        guard let format = definition.format ?? (contentType.isEmpty ? .json : FeedFormat(contentType: contentType))
        else {
            return DecodeOutcome(
                rejection: Rejection(
                    "unsupported-content-type",
                    detail: "“\(contentType)” is none of application/json and application/senml+json; send one of "
                        + "these, or set the feed's `format`."
                )
            )
        }
        return payload.withMemoryRebound(to: UInt8.self) { bytes in
            switch format {
            case .senml: return senml.decode(bytes, topic: topic, received: received, into: &batch)
            case .json:
                guard let mapped else { return native.decode(bytes, received: received, into: &batch) }
                return mapped.decode(bytes, topic: topic, received: received, into: &batch)
            }
        }
    }
}
