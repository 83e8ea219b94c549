# SPDX-License-Identifier: BSD-2-Clause
"""rows.py - what people have to say about calls through pointers, because the code does not show it."""

NOTHING = r"(?!)"  # of what is never called

# Who calls through a pointer, and what that can be; regular expressions for names as people write them.
# A row may name what only some images have.
POINTERS = [
    (r"^shell::Command::run\(", r"^command_\w+$"),
    (r"^shell::check::Check::run\(", r"^shell::check::\w+\(shell::check::Check&\)$"),
    (r"^scmi::PageWalk::fetch\(", r"::page\(scmi::Client&, unsigned int\)$"),
    (r"^scmi::Client::dispatch\(", r"\(void\*, scmi::Header, "),  # listeners
    (r"^scmi::Client::", r"::now\(\)$"),
    (r"^scmi::ShmemTransport::submit\(", r"^arch_(smc|hvc)$"),  # doorbells
    (r"^drivers::Psci::call\(", r"^arch_(smc|hvc)$"),
    (r"^board::ArchMachine::last\(", r"::quiesce\(|^drivers::Psci::(reset|power_off)\("),
    (r"^efi::", r"^(FlashArea|disk::DiskArea|disk::FatFile|MemoryReader)::"),  # kept in a register over a loop
    (r"^shell::UpdateProgress::", r"^arch::time\(\)$"),
    (r"^(shell::|command_|arch_exception$)", r"::now\(\)$"),
    (r"^mbedtls_mpi_core_fill_random$", NOTHING),  # nobody asks for randomness: only signing and blinding do
    (r"^mbedtls_(calloc|free)$", r"^buffer_alloc_(calloc|free)$"),
    (r"^ecp_|^mbedtls_ecp", r"^ecp_mod_p\d+$"),
    # lwIP, between the stack above it and the card below it.
    (r"^net::poll\(", r"^ethernet_input$|^(etharp|dhcp_fine|dhcp_coarse)_tmr$|::now\(\)$"),
    (r"^net::wait_for\(", r"^shell::go_on\(\)$|::now\(\)$"),
    (r"^net::", r"::now\(\)$|^board::.*random_word\(\)$"),
    (r"^virtio::", r"::now\(\)$"),
    (r"^netif_add", r"^net::.*::initialise\("),
    (r"^(ethernet_output|etharp_\w+)", r"^net::.*::output\("),
    (r"^ip4_output_if", r"^etharp_output$"),
    (r"^udp_input", r"^dhcp_recv$|^net::.*Transfer::receive\("),
    (r"^raw_input", r"^net::Icmp::receive\("),
    (r"^board::add_virtio_|^.*board::\(anonymous namespace\)::add<", r"^.*board::\(anonymous namespace\)::add_.*virtio::Transport&\)$"),
    # What a self check looks at: the machine, its storage, and who is told.
    (r"^board::.*::check_\w+\(", r"^board::.*::Macchiatobin::|^board::ArchMachine::|^drivers::(SpiNor|MmcSlot|MmcArea)::|::No(Flash|Card)::|"
                                 r"^FlashArea::|^disk::DiskArea::|::write\(std::basic_string_view|::BoardBanks::|^board::Updates::memory|::now\(\)$"),
    (r"^drivers::(CfiFlash|ArmadaSpi|SpiNor|Sdhci|Xenon|MmcSlot|MmcArea|Ns16550|Gic)::", r"::now\(\)$|^arch::raise_timer_interrupt\(bool\)$"),
    (r"^drivers::Ecam::", r"^board::.*::_FUN\(unsigned long( long)?, unsigned long( long)?\)$"),
    (r"^board_main\(", r"^board::.*\(board::.*Device const&\)$|^board::.*::_FUN\(\)$"),  # what binds to the tree
]
# Who calls virtual functions of which classes, where the places of others' would make up a circle.
VIRTUALS = [
    (r"^virtio::Device::(bring_up|start|stop|fail)\(|^virtio::stop_all\(", r"virtio::(Mmio|Pci)Transport::|::(set_up|on_\w+|wanted)\("),
    # A clock and hooks for caches are reached through pointers that look like a vtable's.
    (r"^virtio::", r"virtio::(Mmio|Pci)Transport::"),
    (r"^net::", r"net::VirtioLink::|::MemorySink::|::Transfer::|::Ping::"),
    (r"MemorySink::", r"^board::.*::QemuVirt::"),
    # A board's storage: areas, what they are areas of, and the wires to that.
    (r"^FlashArea::", r"drivers::(CfiFlash|SpiNor)::|::NoFlash::"),
    (r"^board::.*::FlashParts::", r"drivers::CfiFlash::"),
    (r"^board::Banks::", r"drivers::(SpiNor|MmcSlot|MmcArea)::|::No(Flash|Card)::|FlashArea::|disk::DiskArea::"),
    (r"^board::Updates::|^board::.*::Updates::", r"::(metadata_places|variables_place|describe_fresh|memory|progress)\("),
    (r"^shell::.*platform_of\(", r"^board::.*::updates\("),
    (r"^board::.*word_at\(|^board::updates_kept\(", r"drivers::SpiNor::|::NoFlash::"),
    (r"^drivers::(SpiNor|spi_nor)", r"drivers::ArmadaSpi::"),
    (r"^drivers::parse_sfdp|^drivers::\(anonymous namespace\)::get\(Reader", r"::Sfdp::"),
    (r"^drivers::.*::Sfdp::", r"drivers::ArmadaSpi::"),
    (r"^drivers::(Sdhci|Xenon|Mmc)", r"drivers::(Sdhci|Xenon)::"),
    (r"^(vprint|pad|\(anonymous namespace\)::pad)\(|^void print<|^arch_exception$", r"::write\(std::basic_string_view"),
    (r"^shell::(Update)?Progress::", r"drivers::Uart<|virtio::Console::"),
    # What a capsule lies in, what an update is written to, and who computes.
    (r"^efi::Authenticator::", r"crypto::MbedTls::"),
    (r"^efi::walk_dependency\(", r"::InstalledVersions::"),
    (r"^efi::.*\(efi::Variables&", r"efi::VariableStore::"),
    (r"^efi::(VariableStore|FwuStore)::|^efi::.*same\(", r"FlashArea::|disk::DiskArea::"),
    (r"^Json::|^shell::Listing::", r"::write\(std::basic_string_view"),
    (r"^efi::", r"^MemoryReader::|disk::FatFile::|crypto::MbedTls::|efi::VariableStore::|FlashArea::|disk::DiskArea::|"
                r"::(Updates|Banks|BoardBanks)::|shell::UpdateProgress::|::write\(std::basic_string_view"),
    # A partition is a disk on a disk, and no deeper.
    (r"^disk::Slice::", r"virtio::Block::|drivers::MmcArea::"),
    (r"^disk::", r"virtio::Block::|drivers::MmcArea::|disk::Slice::"),
]
# Recursion that goes one level deep, by the calls that start the second level and make none.
ONCE = [
    # A path that does not begin with '/' begins with an alias, whose own path does, which libfdt checks.
    (r"^fdt_(path_offset_namelen|get_alias_namelen)$", r"^fdt_path_(offset|offset_namelen|getprop|getprop_namelen)$"),
]
