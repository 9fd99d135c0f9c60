#include "status.h"

int32_t status_of_result(ma_result result) {
  switch (result) {
    case MA_SUCCESS:
      return MICRING_OK;
    case MA_OUT_OF_MEMORY:
      return MICRING_OUT_OF_MEMORY;
    case MA_ACCESS_DENIED:
      return MICRING_ACCESS_DENIED;
    case MA_BUSY:
    case MA_ALREADY_IN_USE:
      return MICRING_DEVICE_BUSY;
    case MA_FORMAT_NOT_SUPPORTED:
    case MA_INVALID_DEVICE_CONFIG:
      return MICRING_FORMAT_REFUSED;
    case MA_NO_DEVICE:
    case MA_DOES_NOT_EXIST:
      return MICRING_NO_DEVICE;
    case MA_NO_BACKEND:
    case MA_FAILED_TO_INIT_BACKEND:
    case MA_CONNECTION_REFUSED:
      return MICRING_NO_BACKEND;
    default:
      return MICRING_DEVICE_FAILED;
  }
}

bool status_is_absence(int32_t status) {
  return status == MICRING_NO_BACKEND || status == MICRING_NO_DEVICE ||
         status == MICRING_DEVICE_NOT_FOUND;
}

bool status_needs_person(int32_t status) {
  return status == MICRING_ACCESS_DENIED || status == MICRING_FORMAT_REFUSED;
}
