#include "engine/power.h"

#include <filesystem>
#include <fstream>

namespace coder::engine {
namespace {

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

bool on_battery(const std::string& folder) {
  std::error_code failed;
  bool discharging = false;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::filesystem::path& supply = at->path();
    const std::string type = first_line(supply / "type");
    if (type == "Battery") {
      if (first_line(supply / "scope") == "Device") continue;
      discharging = discharging || first_line(supply / "status") == "Discharging";
    } else if (first_line(supply / "online") == "1") {
      return false;  // "Mains", or "USB" of a notebook
    }
  }
  return discharging;
}

}  // namespace coder::engine
