/* How much memory this process may still take. */
#ifndef MEMORY_H
#define MEMORY_H

/* In bytes, as far as the system tells; infinite where it does not. Touching more would bring
 * the machine to swap, or this process to its end. */
double memory_available(void);

#endif
