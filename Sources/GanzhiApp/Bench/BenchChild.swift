import Glibc

/// A child process with pipes to its stdin and from its stdout; ended with the last reference.
///
/// It starts with no signal blocked: it would inherit the mask of the thread that starts it, and threads of Swift's pool
/// block what would end it.
final class BenchChild {
    private let process: pid_t
    private let input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []
    private var status: Int32?

    /// Starts a program.
    ///
    /// - Throws: ``AppError`` where the system refuses.
    init(_ program: String, _ arguments: [String]) throws {
        var toChild: [Int32] = [-1, -1]
        var fromChild: [Int32] = [-1, -1]
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else {
            throw AppError(.unavailable, "The process has no file descriptors left for pipes.")
        }
        for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var process = pid_t()
        let code = posix_spawn(&process, program, &actions, &attributes, &words, environ)
        for word in words { free(word) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        close(toChild[0])
        close(fromChild[1])
        self.process = process
        input = toChild[1]
        output = fromChild[0]
        guard code == 0 else {
            status = code
            throw AppError(.unavailable, "Cannot start \(program): \(String(cString: strerror(code))).")
        }
    }

    deinit {
        stop()
        close(input)
        close(output)
    }

    /// Whether it has not ended.
    var isRunning: Bool {
        reap(WNOHANG)
        return status == nil
    }

    /// Ends it.
    func stop() {
        guard status == nil else { return }
        kill(process, SIGKILL)
        reap(0)
    }

    /// Waits for its end and says whether it was a good one.
    func succeeds() -> Bool {
        reap(0)
        return status == 0
    }

    private func reap(_ options: Int32) {
        var code: Int32 = 0
        if status == nil, waitpid(process, &code, options) == process { status = code }
    }

    /// Writes a line to its stdin.
    func write(line: String) throws {
        try Array((line + "\n").utf8).withUnsafeBytes {
            try StandardStreams.write($0, to: input, name: "the child process")
        }
    }

    /// The next line of its stdout, `nil` at its end.
    func nextLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            let count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { bytes in
                let count = read(output, bytes.baseAddress, bytes.count)
                if count > 0 { buffer.append(contentsOf: bytes[..<count]) }
                return count
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return nil }
        }
    }
}
