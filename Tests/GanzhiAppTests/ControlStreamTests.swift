import Foundation
@testable import GanzhiApp
import Glibc
import Testing

struct ControlStreamTests {
    /// As the program does: who writes to a side that has gone is told by the error.
    init() { signal(SIGPIPE, SIG_IGN) }

    /// Two ends of a connection.
    func pair() -> (one: Int32, other: Int32) {
        var ends: [Int32] = [-1, -1]
        precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func `lines come one by one, however they are cut`() throws {
        let (one, other) = pair()
        var stream = ControlStream(one)
        #expect(write(other, "one\ntw", 6) == 6)
        #expect(try stream.readLine(within: 60) == Array("one".utf8))
        #expect(write(other, "o\n\n", 3) == 3)
        #expect(try stream.readLine(within: 60) == Array("two".utf8))
        #expect(try stream.readLine(within: 60) == [])
        close(other)
        #expect(try stream.readLine(within: 60) == nil)
    }

    @Test func `a side that goes in the middle of a line is gone`() throws {
        let (one, other) = pair()
        var stream = ControlStream(one)
        #expect(write(other, "half", 4) == 4)
        close(other)
        #expect(throws: ControlStream.Failure.gone) { try stream.readLine(within: 60) }
    }

    @Test func `a side that says nothing, or takes nothing, is not waited for`() throws {
        let (one, other) = pair()
        var stream = ControlStream(one)
        #expect(throws: ControlStream.Failure.tooSlow) { try stream.readLine(within: 0.01) }
        let much = [UInt8](repeating: 0x20, count: ControlStream.longestLine)
        #expect(throws: ControlStream.Failure.tooSlow) { try stream.write(line: much, within: 0.01) }
        close(other)
        #expect(throws: ControlStream.Failure.gone) { try stream.write(line: [0x20], within: 60) }
    }

    @Test func `a line without end is given up`() throws {
        let (one, other) = pair()
        // A thread of its own: other tests may hold Swift's pool for minutes.
        let hasWritten = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let piece = [UInt8](repeating: 0x20, count: 1 << 16)
            for _ in 0..<20 { guard write(other, piece, piece.count) > 0 else { break } }
            hasWritten.signal()
        }
        var stream = ControlStream(one)
        #expect(throws: ControlStream.Failure.tooLong) { try stream.readLine(within: 60) }
        shutdown(other, Int32(SHUT_RDWR))
        hasWritten.wait()
        close(other)
    }
}
