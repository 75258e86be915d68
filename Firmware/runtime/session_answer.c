#include "session_parts.h"

/* The same words as in Sources/DeviceModel/DeviceFault.swift. */
static const char *sentence(uint16_t code) {
    switch ((enum wire_error_code)code) {
    case WIRE_ERROR_CODE_MALFORMED_MESSAGE:
        return "a field reaches past the end of the message or names nothing";
    case WIRE_ERROR_CODE_UNKNOWN_MESSAGE:
        return "the host sends no such message";
    case WIRE_ERROR_CODE_MESSAGE_TOO_LONG:
        return "the message is longer than the device can hold";
    case WIRE_ERROR_CODE_NO_RUN:
        return "a sample came while no run is open";
    case WIRE_ERROR_CODE_WRONG_RUN:
        return "the message names another run than the open one";
    case WIRE_ERROR_CODE_INDEX_AHEAD:
        return "the sample is not the next one";
    case WIRE_ERROR_CODE_INDEX_FORGOTTEN:
        return "the sample was applied and its answer is no longer kept";
    case WIRE_ERROR_CODE_RUN_ACTIVE:
        return "not while a run is open";
    case WIRE_ERROR_CODE_INPUT_SIZE:
        return "input and target have another size than the model's";
    case WIRE_ERROR_CODE_LABEL_RANGE:
        return "the label is no class of the model";
    case WIRE_ERROR_CODE_RATE_RANGE:
        return "the learning rate's mantissa is neither 0 nor in [2^30, 2^31)";
    case WIRE_ERROR_CODE_VELOCITY_MISSING:
        return "the step is held back or has momentum, and the model has no velocities";
    case WIRE_ERROR_CODE_SEGMENT_UNKNOWN:
        return "the training state has no such segment";
    case WIRE_ERROR_CODE_SEGMENT_RANGE:
        return "offset and count leave the segment";
    case WIRE_ERROR_CODE_DEVICE_FAULT:
        return "the board reports a fault";
    }
    return "";
}

void session_answer_fault(struct session *session, struct session_fault fault) {
    const struct wire_error_report report = {
        .category = (uint8_t)(fault.code / 100), /* enum wire_error_category */
        .code = fault.code,
        .context = fault.context,
        .text = wire_text_of(sentence(fault.code)),
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_CONTROL,
                      wire_error_report_encode(&report, space.bytes, space.byte_count));
}
