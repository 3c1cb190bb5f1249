import GanzhiModel

/// One value as the instrument shows it, with the time that its clock shows.
struct Sample: Hashable {
    /// Event time in ms since 1970.
    var time: Int64
    /// Value in the unit of its ``DeviceKind``, rounded to the instrument's steps.
    var value: Double
}

/// Writes samples of one device as the payload of one message; the memory is used again.
struct PayloadWriter {
    private var json = JSONWriter()

    /// Native JSON: an object for one sample, an array for several.
    ///
    /// - Parameters:
    ///   - samples: At least one.
    ///   - fault: What to break in the last reading; `nil` for a good payload.
    mutating func native(_ samples: [Sample], of device: CityDevice, fault: PayloadFault?) -> [UInt8] {
        json.removeAll()
        if samples.count == 1 {
            Self.write(samples[0], of: device, fault: fault, to: &json)
        } else {
            json.array { json in
                for (index, sample) in samples.enumerated() {
                    Self.write(sample, of: device, fault: index == samples.count - 1 ? fault : nil, to: &json)
                }
            }
        }
        return Self.spoil(json.bytes, fault)
    }

    /// A SenML pack whose resolved names are `{device}/{metric}`.
    ///
    /// - Parameters:
    ///   - samples: At least one, in time order.
    ///   - fault: What to break in the last record; `nil` for a good payload.
    mutating func senML(_ samples: [Sample], of device: CityDevice, fault: PayloadFault?) -> [UInt8] {
        json.removeAll()
        let kind = device.kind
        json.array { json in
            for (index, sample) in samples.enumerated() {
                let fault = index == samples.count - 1 ? fault : nil
                json.object { json in
                    if index == 0 {
                        json.member("bn", "\(device.id)/")
                        json.member("bt", Double(sample.time) / 1000)
                        json.member("bu", kind.senMLUnit)
                        if kind.hasSecondarySenMLUnit { json.member("bver", 26) }
                    }
                    json.member("n", fault == .badName ? "\(kind.metric) broken" : kind.metric)
                    if index > 0 { json.member("t", Double(sample.time - samples[0].time) / 1000) }
                    Self.write("v", sample.value * kind.senMLScale, fault: fault, to: &json) { $0.value("high") }
                    if fault == .twoValues { json.member("vs", "high") }
                    if fault == .mustUnderstand { json.member("depth_", 1) }
                }
            }
        }
        return Self.spoil(json.bytes, fault)
    }

    private static func write(
        _ sample: Sample,
        of device: CityDevice,
        fault: PayloadFault?,
        to json: inout JSONWriter
    ) {
        json.object { json in
            if fault == .badTime { json.member("ts", "yesterday") } else { json.member("ts", sample.time) }
            json.member("device", device.id)
            json.member("metric", device.kind.metric)
            write("value", sample.value, fault: fault, to: &json) { $0.array { $0.value(sample.value) } }
            json.member("unit", device.kind.unit)
        }
    }

    /// Writes a number, or what stands in its place: `wrong`, or a text that ``spoil(_:_:)`` makes a bare `NaN` of.
    private static func write(
        _ name: StaticString,
        _ value: Double,
        fault: PayloadFault?,
        to json: inout JSONWriter,
        wrong: (inout JSONWriter) -> Void
    ) {
        json.name(name)
        switch fault {
        case .wrongType: wrong(&json)
        case .bareNaN: json.value("NaN")
        default: json.value(value)
        }
    }

    /// Breaks what a JSON writer cannot write broken.
    private static func spoil(_ bytes: [UInt8], _ fault: PayloadFault?) -> [UInt8] {
        switch fault {
        case .truncated:
            return Array(bytes.prefix(bytes.count / 2))
        case .invalidUTF8:
            guard let opening = firstRange(of: ":\"", in: bytes) else { return bytes }
            return bytes[..<opening.upperBound] + [0xFF] + bytes[opening.upperBound...]
        case .bareNaN:
            guard let quoted = firstRange(of: "\"NaN\"", in: bytes) else { return bytes }
            return bytes[..<quoted.lowerBound] + Array("NaN".utf8) + bytes[quoted.upperBound...]
        default:
            return bytes
        }
    }

    private static func firstRange(of text: String, in bytes: [UInt8]) -> Range<Int>? {
        let pattern = Array(text.utf8)
        return bytes.indices.lazy.map { $0..<($0 + pattern.count) }
            .first { $0.upperBound <= bytes.count && bytes[$0].elementsEqual(pattern) }
    }
}
