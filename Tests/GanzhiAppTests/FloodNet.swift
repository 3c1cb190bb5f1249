import Foundation
import GanzhiTestSupport

/// Street-flood sensors of New York: a month of ten of them, each once a minute where its frames got through.
enum FloodNet {
    struct Sensor {
        var name: String
        /// Distance to the dry street in millimetres, the median of the sensor's readings.
        var dryDistance: Int
        /// Floods found by a rule of the data's own: depth between 25 mm and 1 m in ten samples in a row.
        var floods: [ClosedRange<Int64>]

        var device: String { "floodnet/\(name)" }
        var file: String { "floodnet-nyc/\(name).ndjson.gz" }
    }

    static func sensors() throws -> [Sensor] {
        let url = SharedData.path("floodnet-nyc/derived_events.json")
        let object = try url.map { try JSONSerialization.jsonObject(with: Data(contentsOf: $0)) } as? [String: Any]
        let files = object?["files"] as? [String: [String: Any]] ?? [:]
        return files.map { file, content in
            let floods = content["events"] as? [[String: Int64]] ?? []
            return Sensor(
                name: String(file.prefix { $0 != "." }),
                dryDistance: content["dry_distance_mm"] as? Int ?? 0,
                floods: floods.map { ($0["start"] ?? 0)...($0["end"] ?? 0) }
            )
        }.sorted { $0.name < $1.name }
    }

    /// Depth is dry distance minus reading.
    ///
    /// What would be deeper than a metre, or more than 10 cm below the street, is
    /// an obstacle or a sentinel of the sensor (300, 5000, 9999 mm) and no water.
    static func catalogue(_ sensors: [Sensor]) -> String {
        """
        metrics:
          - {id: water_depth, unit: m, range: {min: -10 cm, max: 1 m}}
        districts:
          - {code: nyc, name: New York}
        devices:
        \(sensors.map { """
              - id: \($0.device)
                district: nyc
                metrics:
                  distance:
                    metric: water_depth
                    unit: mm
                    scale: -1
                    offset: \($0.dryDistance) mm
                    expected-interval: 1m
            """ }.joined(separator: "\n"))

        """
    }

    /// One ladder for all sensors.
    ///
    /// Blue is a street that is wet over the shoes: nuisance flooding is water of 3 to 10 cm (Moftakhari and others,
    /// Water Resources Research, 2018), and 5 cm is twice the sensor's error. Above it 15 cm is the design limit of a
    /// passable lane, at 27 cm underpasses are closed, 40 cm is the highest step in practice. Water stands or it is no
    /// flood: even the lowest depth of a quarter of an hour must reach the step, held by five of the fifteen samples that
    /// one a minute makes, as up to three quarters of the frames are lost on the radio. It is over when a quarter of an
    /// hour has had no depth of 3 cm, twice.
    static let scenario = """
        scenario: street-flood
        title: {en: Street flooding}
        watch: {metric: water_depth, per: device}
        time: {every: 5m, idle: 30m, silence: 1h}
        measures:
          least: min(15m)
          most: max(15m)
        levels:
          blue: {when: least >= 5 cm}
          yellow: {when: least >= 15 cm}
          orange: {when: least >= 27 cm}
          red: {when: least >= 40 cm}
        clear: {when: most < 3 cm, for: 15m}
        evidence: {coverage: 30 %}

        """

    /// What the gateways would have published: a message for each frame, which is three readings, in the order of their
    /// times, through which replay merges the files too.
    static func capture(_ sensors: [Sensor]) throws -> (messages: Int, text: String) {
        struct Frame {
            var time: Int64
            var sensor: Int
            var lines: [Data.SubSequence]
        }
        var frames: [Frame] = []
        for (number, sensor) in sensors.enumerated() {
            let first = frames.count
            for line in try SharedData.lines(sensor.file) {
                let time = try time(of: line)
                if frames.count > first, frames[frames.count - 1].time == time, frames[frames.count - 1].lines.count < 3
                {
                    frames[frames.count - 1].lines.append(line)
                } else {
                    frames.append(Frame(time: time, sensor: number, lines: [line]))
                }
            }
        }
        frames.sort { ($0.time, $0.sensor) < ($1.time, $1.sensor) }
        var text = ""
        for frame in frames {
            let payload = frame.lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
            text +=
                CapturedMessage(
                    received: frame.time,
                    topic: "ganzhi/v1/readings/nyc/\(sensors[frame.sensor].name)",
                    payload: "[\(payload)]"
                ).line
        }
        return (frames.count, text)
    }

    /// The time of a line, which begins with it.
    static func time(of line: Data.SubSequence) throws -> Int64 {
        guard line.starts(with: Data(#"{"ts":"#.utf8)),
            let time = Int64(String(decoding: line.dropFirst(6).prefix { $0 != 0x2C }, as: UTF8.self))
        else { throw Ganzhi.Failure(description: "a line of FloodNet that does not begin with its time") }
        return time
    }
}
