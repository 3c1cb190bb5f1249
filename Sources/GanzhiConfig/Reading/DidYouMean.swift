import GanzhiModel

/// `Did you mean “…”?` with the nearest of the names, or `nil` where none is near.
func didYouMean(_ name: String, among names: some Sequence<String>) -> String? {
    Suggestion.nearest(to: name, in: names).map { "Did you mean “\($0)”?" }
}
