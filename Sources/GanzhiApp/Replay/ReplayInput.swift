import Foundation
import GanzhiCity
import GanzhiModel
import GanzhiPipeline

/// One input of a replay with its next line: readings or a capture, by its first line.
struct ReplayInput {
    let source: LineSource
    /// When the next line was received: what it says, but never before the lines before it.
    private(set) var time = Timestamp.never

    private var line: UnsafeRawBufferPointer?
    private var isCapture: Bool?
    private var message: CaptureLine?

    init(_ path: String) throws { source = try LineSource(path) }

    var hasLine: Bool { line != nil }

    /// Reads the next line.
    ///
    /// - Parameter needsTime: Whether ``time`` is wanted, which costs another decoding.
    mutating func advance(_ pipeline: inout Pipeline, needsTime: Bool) throws {
        line = try source.next()
        guard let line else { return }
        if isCapture == nil {
            isCapture = (try? CaptureLine(line, number: source.lineNumber, file: source.name)) != nil
        }
        if isCapture == true {
            do throws(Problem) {
                message = try CaptureLine(line, number: source.lineNumber, file: source.name)
            } catch {
                throw AppError(.data, error.description)
            }
            time = max(time, message!.received)
        } else if needsTime, let received = pipeline.receivedTime(ofLine: line) {
            time = max(time, received)
        }
    }

    /// Adds the line to the pipeline; returns why it was refused as a whole.
    func add(to pipeline: inout Pipeline, sequence: UInt64) -> Rejection? {
        guard let line else { return nil }
        guard let message else { return pipeline.add(line: line, of: source.name, sequence: sequence) }
        return message.payload.withUnsafeBytes {
            pipeline.add(
                topic: message.topic,
                contentType: message.contentType,
                isRetained: false,
                payload: $0,
                feed: nil,
                sequence: sequence,
                received: message.received,
                monotonic: 0
            )
        }
    }
}
