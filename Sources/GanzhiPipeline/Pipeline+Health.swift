import GanzhiModel
import GanzhiWindow

extension Pipeline {
    /// Takes note of the newest instant that something was evaluated at.
    ///
    /// Eager evaluations say nothing about how far all others are.
    mutating func noteNewestInstant() {
        for index in output.evaluations.indices where !output.evaluations[index].isEager {
            newestInstant = max(newestInstant, output.evaluations[index].instant)
        }
        for index in output.groups.indices where !output.groups[index].isEager {
            newestInstant = max(newestInstant, output.groups[index].instant)
        }
    }
}
