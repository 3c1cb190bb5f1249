/// `ganzhi reload`: has the daemon read its configuration again.
public enum ReloadCommand {
    /// Asks the daemon and prints what changed.
    ///
    /// - Throws: ``AppError`` where no daemon runs, or the configuration cannot be taken.
    public static func run(place: Place, isJSON: Bool) throws {
        try DaemonAnswer.show(.reload, place: place, isJSON: isJSON) { answer in
            guard answer.block != nil, let changes = answer.changes else { return [] }
            return GenerationText.lines(changes)
        }
    }
}
