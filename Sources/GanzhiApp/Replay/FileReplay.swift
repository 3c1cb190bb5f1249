import Foundation
import Glibc
import GanzhiCity
import GanzhiModel
import GanzhiPipeline

/// Runs files through the real pipeline, without a broker.
public enum FileReplay {
    /// Refused lines that are named on stderr; the rest are counted.
    private static let namedRefusals = 10

    /// Refuses to write over what is read, or two things into one file.
    private static func checkFiles(_ options: ReplayOptions) throws {
        func identity(_ path: String) -> String {
            var status = stat()
            return stat(path, &status) == 0 ? "\(status.st_dev):\(status.st_ino)" : path
        }
        var taken: [String: String] = [:]
        for input in options.inputs where input != "-" { taken[identity(input)] = "an input" }
        for output in [options.windows, options.events, options.database].compactMap({ $0 }) where output != "-" {
            var status = stat()
            let isDevice = stat(output, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
            if !isDevice, let other = taken.updateValue("an output", forKey: identity(output)) {
                throw AppError(.usage, "\(output) is \(other) already and would be written over. Name another file.")
            }
        }
    }

    /// Replays the inputs and says on stderr what became of them.
    ///
    /// - Returns: How many lines were refused.
    /// - Throws: ``AppError`` where an input or output fails, or a capture is damaged.
    @discardableResult
    public static func run(_ options: ReplayOptions) throws -> Int {
        try checkFiles(options)
        let output = try ReplayOutput(windows: options.windows, events: options.events, database: options.database)
        var pipeline: Pipeline
        do throws(Problem) {
            pipeline = try Pipeline(
                generation: options.generation,
                clock: .received,
                hashSeed: .random(in: .min ... .max),
                collectsWindows: output.collectsWindows
            )
        } catch {
            throw AppError(.data, error.description)
        }
        var inputs = try options.inputs.map { try ReplayInput($0) }
        var progress = ReplayProgress(isShown: options.showsProgress, size: inputs.reduce(0) { $0 + $1.source.size })
        var commit = Commit(position: 0)
        var sequence: UInt64 = 0
        var refused = 0

        func flush() throws {
            pipeline.flush(into: &commit)
            try output.take(commit, from: &pipeline)
            commit = Commit(position: pipeline.position)
            progress.note(bytes: inputs.reduce(0) { $0 + $1.source.bytesRead })
        }

        let isMerging = inputs.count > 1
        for index in inputs.indices { try inputs[index].advance(&pipeline, needsTime: isMerging) }
        while let index = next(of: inputs) {
            sequence += 1
            if let rejection = inputs[index].add(to: &pipeline, sequence: sequence) {
                refused += 1
                if refused <= namedRefusals {
                    let record = rejection.index.map { " record \($0):" } ?? ""
                    StandardStreams.talk(
                        "\(inputs[index].source.name):\(inputs[index].source.lineNumber): refused"
                            + " (\(rejection.reason)):\(record) \(rejection.detail)"
                    )
                }
            }
            if pipeline.isFull { try flush() }
            try inputs[index].advance(&pipeline, needsTime: isMerging)
        }
        try pipeline.finish(into: &commit) { commit, pipeline in
            try output.take(commit, from: &pipeline)
            commit = Commit(position: pipeline.position)
        }
        try output.take(commit, from: &pipeline)
        try output.close()
        progress.finish(lines: sequence, refused: refused, events: output.eventCount, ledger: output.ledger)
        return refused
    }

    /// The input whose next line was received first; of ties the first named.
    private static func next(of inputs: [ReplayInput]) -> Int? {
        if inputs.count == 1 { return inputs[0].hasLine ? 0 : nil }
        var first: Int?
        for (index, input) in inputs.enumerated() where input.hasLine {
            if let best = first, inputs[best].time <= input.time { continue }
            first = index
        }
        return first
    }
}
