#include "engine/power.h"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "support/temp_folder.h"

using coder::engine::on_battery;

namespace {

struct Supplies {
  const coder::test::TempFolder folder;
  void add(const std::string& name, const std::string& file, const std::string& text) const {
    const std::filesystem::path at = std::filesystem::path(folder.path()) / name;
    std::filesystem::create_directories(at);
    std::ofstream(at / file) << text << '\n';
  }
  bool battery() const { return on_battery(folder.path()); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(power)

BOOST_AUTO_TEST_CASE(a_machine_without_supplies_is_no_notebook) {
  BOOST_TEST(!on_battery("/nowhere/at/all"));
  const Supplies none;
  BOOST_TEST(!none.battery());
}

BOOST_AUTO_TEST_CASE(a_notebook_with_and_without_its_plug) {
  const Supplies notebook;
  notebook.add("BAT0", "type", "Battery");
  notebook.add("BAT0", "status", "Discharging");
  notebook.add("AC", "type", "Mains");
  notebook.add("AC", "online", "0");
  BOOST_TEST(notebook.battery());
  notebook.add("AC", "online", "1");
  BOOST_TEST(!notebook.battery());
  notebook.add("AC", "online", "0");
  notebook.add("BAT0", "status", "Charging");
  BOOST_TEST(!notebook.battery());
}

BOOST_AUTO_TEST_CASE(the_battery_of_a_mouse_is_none) {
  const Supplies desk;
  desk.add("hid-1", "type", "Battery");
  desk.add("hid-1", "scope", "Device");
  desk.add("hid-1", "status", "Discharging");
  BOOST_TEST(!desk.battery());
  desk.add("hid-2", "type", "Battery");
  desk.add("hid-2", "scope", "System");
  desk.add("hid-2", "status", "Discharging");
  BOOST_TEST(desk.battery());
}

BOOST_AUTO_TEST_SUITE_END()
