/// A reading as a gateway publishes it.
struct Reading {
    var device: String
    /// Milliseconds since 1970.
    var time: Int64
    var value: Int
    var metric = "water_level"
    var unit = "cm"

    /// Native JSON.
    var json: String {
        #"{"ts":\#(time),"device":"\#(device)","metric":"\#(metric)","value":\#(value),"unit":"\#(unit)"}"#
    }

    /// One reading a second that all say the same.
    static func steady(_ value: Int, _ device: String, from start: Int64, seconds: Int) -> [Reading] {
        (0..<seconds).map { Reading(device: device, time: start + Int64($0) * 1000, value: value) }
    }
}
