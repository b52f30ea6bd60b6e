// After thousands of changes, told or seen, an Indexer answers as one does that starts from nothing.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/git_folder.h"
#include "support/indexer_run.h"

using namespace coder;
using namespace coder::workspace;
using test::GitFolder;
using test::IndexerRun;
using test::TempFolder;

namespace {

/// All that an Index answers, in words: what a name's number or a file's slot is does not matter.
std::vector<std::string> answers(const Corpus& corpus) {
  const Index& index = corpus.index;
  std::vector<std::string> out;
  std::set<uint32_t> names;
  const auto add = [&out](std::initializer_list<std::string> parts) {
    std::string line;
    for (const std::string& part : parts) line += part + "\t";
    out.push_back(std::move(line));
  };
  const auto text = [&index](uint32_t name) { return std::string(index.text(name)); };
  const auto n = [](auto number) { return std::to_string(number); };
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    const Index::File& file = index.file(slot);
    if (file.path.empty()) continue;
    BOOST_REQUIRE(index.find(file.path) == slot);
    add({"file", file.path, n(file.hash), n(static_cast<int>(file.language)), n(file.lines), n(file.bytes),
         n(file.word_count), n(file.symbols.size()), text(file.folder), text(file.stem)});
    for (const Facts::Symbol& symbol : file.symbols) {
      add({"symbol", file.path, text(symbol.name), n(symbol.begin), n(symbol.end), n(symbol.parent)});
      names.insert(symbol.name);
    }
    for (const Facts::Use& use : file.uses) {
      add({"use", file.path, text(use.name), n(static_cast<int>(use.kind)), n(use.symbol), n(use.line),
           n(use.count)});
      names.insert(use.name);
    }
    for (const Facts::Import& import : file.imports)
      add({"import", file.path, text(import.module), n(import.line)});
    for (const uint32_t word : file.words) {
      add({"word", file.path, text(word)});
      names.insert(word);
    }
  }
  for (const uint32_t name : names) {
    const std::string of = text(name);
    add({"counts", of, n(index.definers(name)), n(index.users(name)), n(index.holders(name))});
    const auto path = [&index](Slot slot) { return index.file(slot).path; };
    index.definitions(name, [&](const Index::Definition& one) {
      add({"defined", of, path(one.slot), n(one.symbol)});
    });
    index.uses(name, [&](const Index::Using& one) { add({"used", of, path(one.slot), n(one.count)}); });
    index.postings(name, [&](const Index::Posting& one) {
      add({"posting", of, path(one.slot), n(one.chunk), n(one.count)});
    });
    index.named(name, [&](const Index::Definition& one) {
      add({"named", of, path(one.slot), n(one.symbol)});
    });
  }
  const Index::Totals& totals = index.totals();
  add({"totals", n(totals.files), n(totals.lines), n(totals.bytes), n(totals.symbols), n(totals.words)});
  add({"commits", n(corpus.history.commits())});
  for (int i = 0; i < 20; ++i) {
    for (const History::Related& one : corpus.history.related("f" + n(i) + ".py"))
      add({"related", n(i), std::string(one.path), n(one.times)});
  }
  std::sort(out.begin(), out.end());
  return out;
}

void compare(const std::vector<std::string>& got, const std::vector<std::string>& fresh,
             const std::string& what) {
  std::vector<std::string> missing, extra;
  std::set_difference(fresh.begin(), fresh.end(), got.begin(), got.end(), std::back_inserter(missing));
  std::set_difference(got.begin(), got.end(), fresh.begin(), fresh.end(), std::back_inserter(extra));
  BOOST_TEST(missing.empty(),
             what << ": " << missing.size() << " missing, first: " << (missing.empty() ? "" : missing[0]));
  BOOST_TEST(extra.empty(),
             what << ": " << extra.size() << " too many, first: " << (extra.empty() ? "" : extra[0]));
  BOOST_TEST(got.size() == fresh.size());
}

/// A repository that random things happen to, and the unsaved buffers of somebody who works in it.
struct World {
  GitFolder folder;
  std::mt19937 random;
  std::map<std::string, std::string> unsaved;
  std::vector<std::string> branches = {"main"};
  int commits = 0;

  explicit World(uint32_t seed) : random(seed) {
    folder.file(".gitignore", "ignored*\n");
    for (int i = 0; i < 120; ++i) folder.file(some_path(), some_text());
    folder.commit("start");
  }

  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random() % limit); }

  std::string some_path() {
    static const char* const folders[] = {
        "", "", "src/", "src/core/", "lib/", "lib/deep/er/", "ignored_folder/"};
    static const char* const ends[] = {".py", ".py", ".rs", ".md", ".txt"};
    return folders[below(7)] + std::string(below(40) == 0 ? "ignored" : "f") + std::to_string(below(40)) +
           ends[below(5)];
  }

  std::string some_text() {
    std::string out;
    if (below(40) == 0) out += "# @generated\n";
    if (below(60) == 0) out += '\0';
    for (uint32_t i = below(15); i > 0; --i) {
      const std::string name = "name_" + std::to_string(below(60));
      switch (below(6)) {
        case 0:
          out += "def " + name + "(value: Type" + std::to_string(below(9)) + "):\n    return " + name +
                 "2(value)\n";
          break;
        case 1:
          out += "fn " + name + "(value: u8) -> Kind { other(value) }\n";
          break;
        case 2:
          out += "class Type" + std::to_string(below(20)) + "(Base):\n    field = 1\n";
          break;
        case 3:
          out += "import module" + std::to_string(below(10)) + "\n";
          break;
        case 4:
          out += std::string(below(50), '\n');
          break;
        default:
          out += "# some words about " + name + " and camelCase\n";
      }
    }
    return out;
  }

  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (auto it = std::filesystem::recursive_directory_iterator(folder.path());
         it != std::filesystem::recursive_directory_iterator(); ++it) {
      if (it->path().filename() == ".git") {
        it.disable_recursion_pending();
      } else if (it->is_regular_file()) {
        out.push_back(std::filesystem::relative(it->path(), folder.path()).string());
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  std::string existing() {
    const std::vector<std::string> all = files();
    return all.empty() ? some_path() : all[below(static_cast<uint32_t>(all.size()))];
  }

  /// Something happens to a file; tells which.
  std::vector<std::string> touch() {
    namespace fs = std::filesystem;
    const uint32_t what = below(10);
    std::error_code failed;
    if (what < 6) {
      const std::string path = below(4) == 0 ? some_path() : existing();
      folder.file(path, some_text());
      return {path};
    }
    if (what < 7) {
      const std::string path = existing();
      fs::remove(folder / path, failed);
      return {path};
    }
    if (what < 9) {
      const std::string from = existing(), to = some_path();
      fs::create_directories(fs::path(folder / to).parent_path(), failed);
      fs::rename(folder / from, folder / to, failed);
      return {from, to};
    }
    // Saved as editors do.
    const std::string path = existing();
    folder.file(path + "~", some_text());
    fs::rename(folder / (path + "~"), folder / path, failed);
    return {path};
  }

  void in_git() {
    const uint32_t what = below(10);
    try {
      if (what < 5) {
        folder.commit("commit " + std::to_string(++commits));
      } else if (what < 6 && branches.size() < 6) {
        branches.push_back("branch" + std::to_string(branches.size()));
        folder.git("checkout -b " + branches.back());
      } else if (what < 9) {
        folder.git("checkout -f " + branches[below(static_cast<uint32_t>(branches.size()))]);
      } else if (what < 10) {
        folder.git("reset --hard HEAD~1");
      }
    } catch (const std::runtime_error&) {  // git refuses what makes no sense
    }
  }

  void tell_unsaved(Indexer& indexer) const {
    for (const auto& [path, text] : unsaved) indexer.text_changed(path, text);
  }

  void type(Indexer& indexer) {
    if (!unsaved.empty() && below(3) == 0) {
      const std::string path =
          std::next(unsaved.begin(), below(static_cast<uint32_t>(unsaved.size())))->first;
      unsaved.erase(path);
      if (below(2) == 0) folder.file(path, some_text());
      indexer.text_dropped(path);
      return;
    }
    const std::string path = below(5) == 0 ? some_path() : existing();
    unsaved[path] = some_text();
    indexer.text_changed(path, unsaved[path]);
  }

  /// What an Indexer says that starts from nothing, with the same unsaved buffers.
  std::vector<std::string> fresh(const std::string& cache = "") const {
    Indexer::Options options;
    options.watch = false;
    options.cache_file = cache;
    IndexerRun run(folder.path(), std::move(options));
    tell_unsaved(*run.indexer);
    return run.query(answers);
  }
};

void rest(IndexerRun& run) {
  run.until([&] { return !run.indexer->status().busy; });
}

}  // namespace

BOOST_AUTO_TEST_CASE(changes_that_are_told) {
  for (const uint32_t seed : {1U, 2U}) {
    World world(seed);
    const TempFolder cache;
    Indexer::Options options;
    options.watch = false;
    options.cache_file = cache / "index.db";
    IndexerRun run(world.folder.path(), options);
    for (int i = 0; i < 2000; ++i) {
      const uint32_t what = world.below(100);
      if (what < 78) {
        run.indexer->look_again(world.touch());
      } else if (what < 97) {
        world.type(*run.indexer);
      } else {
        world.in_git();
        run.indexer->look_again({});
      }
      // Sometimes the loop gets to run, at any stage of what is going on.
      if (world.below(4) == 0) run.query([](const Corpus& corpus) { return corpus.index.size(); });
      if (i % 1000 == 999) {
        run.indexer->look_again({});
        rest(run);
        compare(run.query(answers), world.fresh(), "told, " + std::to_string(i));
      }
    }
    // What is stored of it gives the same.
    run.indexer.reset();
    run.loop.run();
    compare(world.fresh(cache / "index.db"), world.fresh(), "stored");
  }
}

BOOST_AUTO_TEST_CASE(changes_that_are_seen) {
  World world(3);
  IndexerRun run(world.folder.path());
  rest(run);
  for (int i = 0; i < 1000; ++i) {
    const uint32_t what = world.below(100);
    if (what < 80) {
      world.touch();
    } else if (what < 97) {
      world.type(*run.indexer);
    } else {
      world.in_git();
    }
    if (world.below(3) == 0) run.query([](const Corpus& corpus) { return corpus.index.size(); });
    if (i % 250 != 249) continue;
    // Nobody says when all events have come.
    const std::vector<std::string> fresh = world.fresh();
    const TimePoint end = Clock::now() + Millis(8000);
    run.until(
        [&] { return Clock::now() > end || (!run.indexer->status().busy && run.query(answers) == fresh); });
    compare(run.query(answers), fresh, "seen, " + std::to_string(i));
  }
}
