// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/linux/init.c - the only process of the guest: prints "clock NAME RATE" for each clock that the kernel
// has, then "end of clocks", and powers off.
#include <dirent.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>

int main(void)
{
	DIR *clocks;
	struct dirent *clock;

	mkdir("/debug", 0755);
	if (mount("debug", "/debug", "debugfs", 0, NULL) || !(clocks = opendir("/debug/clk"))) {
		perror("init: debugfs has no clocks");
		clocks = NULL;
	}
	while (clocks && (clock = readdir(clocks))) {
		char path[300], rate[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/debug/clk/%s/clk_rate", clock->d_name);
		if (!(file = fopen(path, "r")))
			continue; /* clk_summary and others of its kind */
		if (fgets(rate, sizeof(rate), file))
			printf("clock %s %s", clock->d_name, rate);
		fclose(file);
	}
	printf("end of clocks\n");
	fflush(stdout);
	return reboot(RB_POWER_OFF);
}
