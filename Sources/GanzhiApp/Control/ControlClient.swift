import Foundation
import GanzhiModel

/// Asks the daemon of a data folder something.
enum ControlClient {
    /// Seconds that the daemon has for an answer: a large city is read and checked in that time.
    private static let patience = 120.0

    /// Sends a request and returns the answer, also one that refuses.
    ///
    /// - Returns: The answer, and its line as it came.
    /// - Throws: ``AppError`` where no daemon answers.
    static func ask(_ request: ControlRequest, dataFolder: String) throws -> (answer: ControlAnswer, line: [UInt8]) {
        let address = try ControlAddress(dataFolder: dataFolder)
        let descriptor = try ControlAddress.makeSocket()
        guard address.withAddress({ connect(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw failure(code, dataFolder: dataFolder, path: address.path)
        }
        var stream = ControlStream(descriptor)
        do {
            do {
                try stream.write(line: Array(JSONEncoder().encode(request)), within: patience)
            } catch ControlStream.Failure.gone {
                // It may have said why it does not listen.
            }
            guard let line = try stream.readLine(within: patience) else { throw ControlStream.Failure.gone }
            return (try JSONDecoder().decode(ControlAnswer.self, from: Data(line)), line)
        } catch ControlStream.Failure.tooSlow {
            throw AppError(
                .unavailable,
                "The daemon of \(dataFolder) did not answer within \(Int(patience)) seconds. Look at its log."
            )
        } catch is ControlStream.Failure {
            throw AppError(.unavailable, "The daemon of \(dataFolder) ended before it answered. Look at its log.")
        } catch is DecodingError {
            throw AppError(
                .unavailable,
                "The daemon of \(dataFolder) answers in a form that this program does not read: it is another version. "
                    + "Use the program that the daemon runs."
            )
        }
    }

    private static func failure(_ code: Int32, dataFolder: String, path: String) -> AppError {
        switch code {
        case ENOENT, ECONNREFUSED, ENOTDIR:
            AppError(
                .unavailable,
                "No daemon runs on the data folder \(dataFolder). Start it with `ganzhi run`, or name another folder."
            )
        case EACCES, EPERM:
            AppError(
                .unavailable,
                "This user may not connect to \(path). Be the daemon's user, or of the data folder's group where that "
                    + "may write to the folder."
            )
        default:
            AppError(.unavailable, "Cannot connect to \(path): \(String(cString: strerror(code))).")
        }
    }
}
