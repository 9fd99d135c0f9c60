/* The system's sound libraries print to standard error by themselves; a library should not. */
#ifndef QUIET_H
#define QUIET_H

/* Any thread, any number of times: turns their printing off, where they are installed. */
void quiet_system_libraries(void);

#endif
