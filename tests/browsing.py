"""What the tests in the browser share."""


def at_rest(page):
    """Wait until the newest state is drawn as a whole."""
    page.wait_for_timeout(350)
    for _ in range(300):
        if page.evaluate("TF.gate.idle && __tf.timing.at(-1).tier === 'settled'"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the page does not come to rest")
