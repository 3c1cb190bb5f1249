import Foundation
public import GanzhiModel
public import GanzhiPipeline

extension ReferenceOutcome {
    /// Replays lines through the real engine.
    ///
    /// - Parameter cut: Blocks after which it flushes.
    public static func ofEngine(
        _ lines: [ReferenceLine],
        through generation: Generation,
        flushingEvery cut: Int = 1
    ) throws -> ReferenceOutcome {
        var pipeline = try Pipeline(generation: generation, clock: .received, hashSeed: 7, collectsWindows: true)
        var commit = Commit(position: 0)
        var bytes: [UInt8] = []
        for (index, line) in lines.enumerated() {
            Array(line.text.utf8).withUnsafeBytes {
                _ = pipeline.add(line: $0, of: "test.ndjson", sequence: UInt64(index + 1))
            }
            if (index + 1) % cut == 0 {
                pipeline.flush(into: &commit)
                pipeline.takeWindowLines { bytes += $0 }
            }
        }
        pipeline.finish(into: &commit) { _, pipeline in pipeline.takeWindowLines { bytes += $0 } }
        pipeline.takeWindowLines { bytes += $0 }
        return try ReferenceOutcome(windowLines: bytes, commit: commit)
    }

    /// Reads what the engine wrote.
    public init(windowLines: [UInt8], commit: Commit) throws {
        self.init()
        let decoder = JSONDecoder()
        windows = try windowLines.split(separator: 0x0A).map { try decoder.decode(Window.self, from: Data($0)) }
        for bytes in commit.events.map({ Data($0.bytes) }) {
            let type = try decoder.decode(TypeForm.self, from: bytes).type
            switch type {
            case "ganzhi.warning.flapping":
                flappings.append(Flapping(try decoder.decode(FlappingForm.self, from: bytes).data))
            case _ where type.hasPrefix("ganzhi.warning."):
                transitions.append(Transition(try decoder.decode(EventForm.self, from: bytes)))
            default: break
            }
        }
        flappings.sort()
        for (key, count) in commit.ledger where count != 0 { counts[key.column.rawValue, default: 0] += Int(count) }
    }
}

private struct TypeForm: Decodable {
    var type: String
}

/// The part of a report of flapping that is compared.
private struct FlappingForm: Decodable {
    struct Content: Decodable {
        var scenario: String
        var key: String
        var instant: Int64
        var block: Int
    }

    var data: Content
}

extension ReferenceOutcome.Flapping {
    fileprivate init(_ content: FlappingForm.Content) {
        self.init(scenario: content.scenario, key: content.key, instant: content.instant, block: content.block)
    }
}

/// The part of a warning event that is compared.
private struct EventForm: Decodable {
    struct Content: Decodable {
        struct Times: Decodable {
            var observed: Int64?
            var received: Int64?
            var decided: Int64
        }

        var scenario: String
        var key: String
        var level: String
        var previous: String
        var instant: Int64
        var block: Int
        var times: Times
        var evidence: [ReferenceOutcome.Evidence]?
        var conditions: [String: TruthForm]?
        var references: [String]?
    }

    var type: String
    var sequence: String
    var data: Content
}

/// `true`, `false` or `"unknown"`.
private struct TruthForm: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let truth = try? container.decode(Bool.self) {
            text = "\(truth)"
        } else {
            text = try container.decode(String.self)
        }
    }
}

extension ReferenceOutcome.Transition {
    fileprivate init(_ event: EventForm) {
        let type = String(event.type.split(separator: ".").last!)
        self.init(
            type: type,
            scenario: event.data.scenario,
            key: event.data.key,
            level: event.data.level,
            previous: event.data.previous,
            instant: event.data.instant,
            decided: event.data.times.decided,
            observed: event.data.times.observed,
            received: event.data.times.received,
            block: event.data.block,
            sequence: Int(event.sequence)!,
            evidence: event.data.evidence ?? [],
            conditions: event.data.conditions?.mapValues(\.text) ?? [:],
            corrects: type == "corrected" ? event.data.references?.first.flatMap { Int($0.suffix(6)) } : nil
        )
    }
}
