import GanzhiCatalogue
import GanzhiModel

/// A catalogue together with where each of its entries was written.
struct PlacedCatalogue {
    /// Where an entry's id stands.
    struct EntryPlace {
        var file: String
        var line: Int
        var column: Int

        /// `file:line`, for sentences that name two places.
        var text: String { "\(file):\(line)" }
    }

    /// The catalogue; empty where there is none.
    var catalogue = Catalogue()
    /// What selectors fit, as far as it was asked.
    let matches = DeviceMatches()
    /// Places, in the order of the catalogue's entries.
    var metrics: [EntryPlace] = []
    var devices: [EntryPlace] = []
    var districts: [EntryPlace] = []

    /// Where an entry was written.
    func place(of entry: Catalogue.Entry) -> EntryPlace? {
        func element(_ places: [EntryPlace], _ index: Int) -> EntryPlace? {
            places.indices.contains(index) ? places[index] : nil
        }
        return switch entry {
        case .metric(let index): element(metrics, index)
        case .device(let index): element(devices, index)
        case .district(let index): element(districts, index)
        }
    }

    /// Where a metric was written, by id or alias.
    func place(ofMetric name: String) -> EntryPlace? {
        guard let id = catalogue.metric(name)?.id, let index = catalogue.metrics.firstIndex(where: { $0.id == id })
        else { return nil }
        return place(of: .metric(index))
    }
}
