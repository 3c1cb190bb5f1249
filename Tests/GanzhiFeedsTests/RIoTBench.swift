import Foundation
import GanzhiFeeds
import GanzhiTestSupport
import Testing

/// Unpacks a whole file in pieces of an odd size.
func inflated(_ data: Data, _ format: ByteInflater.Format, piece: Int = 4099) throws -> [UInt8] {
    var inflater = try ByteInflater(format: format)
    var output: [UInt8] = []
    var rest = Array(data)[...]
    while !rest.isEmpty {
        try rest.prefix(piece).withUnsafeBytes { try inflater.inflate($0, into: &output) }
        rest = rest.dropFirst(piece)
    }
    try inflater.finish()
    return output
}

/// The JSON of each line of the SYS wire file, without the time and comma before it.
func riotBenchLines() throws -> [[UInt8]] {
    let file = try #require(SharedData.path("riotbench/wire/sys.senml.txt.gz"))
    return try inflated(Data(contentsOf: file), .gzip).split(separator: UInt8(ascii: "\n")).map { line in
        Array(line.drop { $0 != UInt8(ascii: "{") })
    }
}
