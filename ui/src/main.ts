/** The console begins here: language and theme first, so that nothing is shown twice. */

import { language, setLanguage } from "./core/language";
import { setTheme, theme } from "./core/theme";
import "./app";

setLanguage(language());
setTheme(theme());
