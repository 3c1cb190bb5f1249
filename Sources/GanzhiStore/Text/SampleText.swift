public import Foundation
public import GanzhiModel

/// How examples of refused input are shown.
public enum SampleText {
    /// One line: local time, feed, column and reason, topic, what was seen, and the payload as text or hex.
    public static func line(_ sample: LedgerSample, zone: TimeZone) -> String {
        let what = sample.key.column.rawValue + (sample.key.reason.isEmpty ? "" : " " + sample.key.reason)
        let payload =
            String(validating: sample.payload, as: UTF8.self) ?? "hex " + EventChain.hex(sample.payload)
        let parts = [sample.key.feed, what, sample.topic, sample.detail, payload].map(TerminalText.safe)
        return ([TerminalText.local(sample.received, in: zone)] + parts).joined(separator: "  ")
    }

    /// One line of NDJSON, without the newline.
    ///
    /// `{"feed":"f","column":"messages.rejected","reason":"…","received":ms,"topic":"…","detail":"…","payload":"…"}`,
    /// keys in this order; `payload_hex` instead where the payload is not UTF-8.
    public static func json(_ sample: LedgerSample) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("feed", sample.key.feed)
            writer.member("column", sample.key.column.rawValue)
            writer.member("reason", sample.key.reason)
            writer.member("received", sample.received.milliseconds)
            writer.member("topic", sample.topic)
            writer.member("detail", sample.detail)
            if let text = String(validating: sample.payload, as: UTF8.self) {
                writer.member("payload", text)
            } else {
                writer.member("payload_hex", EventChain.hex(sample.payload))
            }
        }
        return writer.bytes
    }
}
