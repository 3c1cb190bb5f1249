/// What commands do with the daemon's answer: data to stdout, talk to stderr, the code as exit code.
enum DaemonAnswer {
    /// Asks the daemon of a place and shows its answer.
    ///
    /// - Parameters:
    ///   - isJSON: Whether the answer is printed as it came, a line of JSON.
    ///   - lines: What is data in a good answer, for people.
    /// - Throws: ``AppError`` where no daemon runs, or it refuses.
    static func show(
        _ request: ControlRequest,
        place: Place,
        isJSON: Bool,
        lines: (ControlAnswer) -> [String]
    ) throws {
        let (answer, line) = try ControlClient.ask(request, dataFolder: place.dataFolder)
        if isJSON { try StandardStreams.print(String(decoding: line, as: UTF8.self)) }
        for note in answer.notes { StandardStreams.talk(note) }
        guard answer.code == 0 else {
            throw AppError(AppError.Code(rawValue: answer.code) ?? .internal, answer.message)
        }
        StandardStreams.talk(answer.message)
        if !isJSON { for line in lines(answer) { try StandardStreams.print(line) } }
    }
}
